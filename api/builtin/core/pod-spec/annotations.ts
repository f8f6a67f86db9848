/**
 * What pods once said in annotations, and still may. Source: kubernetes pkg/apis/core/validation
 * ValidatePodSpecificAnnotations, validateSeccompAnnotationsAndFields, validateAppArmorAnnotationsAndFieldsMatchOnCreate.
 */
import { child, type FieldError, type FieldPath, forbidden, index, invalid, key } from '../../../field-error.ts'
import { goQuote } from '../../../go-text.ts'
import type { Container, PodSpec } from '../../../types/core-v1.ts'
import { allContainers, type ContainerList } from './containers.ts'
import { validateDescending } from './paths.ts'

type Annotations = Readonly<Record<string, string>>

/** The pod is the picture of one that a kubelet runs by itself. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'
/** Whether a container may do what AppArmor forbids; the name of the container follows. */
export const APP_ARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const SECCOMP_OF_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/'

/** What is wrong with them. `old`: a deletion cost that was wrong may stay. */
export function validatePodAnnotations(
  annotations: Annotations = {},
  spec: PodSpec,
  path: FieldPath,
  old: Annotations = {},
): FieldError[] {
  const mirror = annotations[MIRROR_ANNOTATION]
  const cost = annotations[DELETION_COST]
  const mayStay = old[DELETION_COST] !== undefined && !isDeletionCost(old[DELETION_COST])
  return [
    ...(mirror !== undefined && !spec.nodeName
      ? [invalid(key(path, MIRROR_ANNOTATION), mirror, 'must set spec.nodeName if mirror pod annotation is set')]
      : []),
    ...(cost === undefined || isDeletionCost(cost) || mayStay
      ? []
      : [invalid(key(path, DELETION_COST), cost, 'must be a 32bit integer')]),
    ...Object.entries(annotations).flatMap(([name, value]) =>
      name === SECCOMP_OF_POD || name.startsWith(SECCOMP_PREFIX) ? validateSeccomp(value, child(path, name)) : [],
    ),
    ...Object.entries(annotations).flatMap(([name, value]) =>
      name.startsWith(APP_ARMOR_PREFIX) ? validateAppArmor(name, value, spec, key(path, name)) : [],
    ),
  ]
}

const isDeletionCost = (cost: string): boolean =>
  /^(0|-?[1-9]\d*)$/.test(cost) && Math.abs(Number(cost)) < 2 ** 31 + (cost.startsWith('-') ? 1 : 0)

function validateSeccomp(profile: string, path: FieldPath): FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return []
  if (profile.startsWith('localhost/')) return validateDescending(profile.slice('localhost/'.length), path)
  return [invalid(path, profile, 'must be a valid seccomp profile')]
}

function validateAppArmor(name: string, profile: string, spec: PodSpec, path: FieldPath): FieldError[] {
  const container = name.slice(APP_ARMOR_PREFIX.length)
  const isKnown = profile === '' || ['runtime/default', 'unconfined'].includes(profile)
  return [
    ...(allContainers(spec).some((one) => one.name === container)
      ? []
      : [invalid(path, container, 'container not found')]),
    ...(isKnown || profile.startsWith('localhost/')
      ? []
      : [invalid(path, profile, `invalid AppArmor profile name: ${goQuote(profile)}`)]),
  ]
}

interface Profile {
  readonly type: string
  readonly localhostProfile?: string
}

/** Where an annotation and a field say a profile, they say the same. */
export function validateProfiles(annotations: Annotations = {}, spec: PodSpec, path: FieldPath): FieldError[] {
  const ofPod = spec.securityContext ?? {}
  const place = (below: FieldPath, field: string) => child(below, 'securityContext', field)
  return [
    ...compare(annotations[SECCOMP_OF_POD], ofPod.seccompProfile, 'seccomp', place(path, 'seccompProfile')),
    ...eachContainer(spec, path, ({ name, securityContext }, below) =>
      compare(
        annotations[`${SECCOMP_PREFIX}${name}`],
        securityContext?.seccompProfile,
        'seccomp',
        place(below, 'seccompProfile'),
      ),
    ),
    ...(spec.os?.name === 'windows'
      ? []
      : eachContainer(spec, path, ({ name, securityContext }, below) =>
          compare(
            annotations[`${APP_ARMOR_PREFIX}${name}`],
            securityContext?.appArmorProfile ?? ofPod.appArmorProfile,
            'apparmor',
            place(below, 'appArmorProfile'),
          ),
        )),
  ]
}

function compare(
  annotation: string | undefined,
  profile: Profile | undefined,
  what: 'seccomp' | 'apparmor',
  path: FieldPath,
): FieldError[] {
  if (annotation === undefined || !profile) return []
  const differs = (field: string, said: string) => [
    forbidden(child(path, field), `${what} ${said} in annotation and field must match`),
  ]
  switch (profile.type) {
    case 'Unconfined':
      return annotation === 'unconfined' ? [] : differs('type', 'type')
    case 'RuntimeDefault': {
      const isDefault = annotation === 'runtime/default' || (what === 'seccomp' && annotation === 'docker/default')
      return isDefault ? [] : differs('type', 'type')
    }
    case 'Localhost':
      if (!annotation.startsWith('localhost/')) return differs('type', 'type')
      return annotation === `localhost/${profile.localhostProfile}` ? [] : differs('localhostProfile', 'profile')
    default:
      return []
  }
}

function eachContainer(
  spec: PodSpec,
  path: FieldPath,
  check: (container: Container, path: FieldPath) => FieldError[],
): FieldError[] {
  const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers']
  return lists.flatMap((list) =>
    (spec[list] ?? []).flatMap((container, at) => check(container, index(child(path, list), at))),
  )
}
