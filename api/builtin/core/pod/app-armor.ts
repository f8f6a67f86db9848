/** What AppArmor lets a container do, as a field and as the annotation of old: each follows from the other. Source: kubernetes pkg/registry/core/pod applyAppArmorVersionSkew. */

import { sameMeaning } from '../../../same-meaning.ts'
import type { AppArmorProfile, Pod } from '../../../types/core-v1.ts'
import { APP_ARMOR_PREFIX } from '../pod-spec/annotations.ts'
import { allContainers } from '../pod-spec/containers.ts'

/** Says in annotations what a new pod says in fields, and in fields what it says in annotations. */
export function alignAppArmor({ metadata, spec }: Pod): void {
  if (!spec || spec.os?.name === 'windows') return
  const ofPod = spec.securityContext?.appArmorProfile
  for (const container of allContainers(spec)) {
    const key = `${APP_ARMOR_PREFIX}${container.name}`
    const annotation = metadata.annotations?.[key]
    const own = container.securityContext?.appArmorProfile
    if (annotation === undefined) {
      const said = annotationOf(own ?? ofPod)
      if (said) metadata.annotations = { ...metadata.annotations, [key]: said }
      continue
    }
    const profile = own ? undefined : profileOf(annotation)
    if (profile && !sameMeaning(profile, ofPod)) {
      container.securityContext = { ...container.securityContext, appArmorProfile: profile }
    }
  }
}

function annotationOf(profile: AppArmorProfile | undefined): string | undefined {
  switch (profile?.type) {
    case 'Unconfined':
      return 'unconfined'
    case 'RuntimeDefault':
      return 'runtime/default'
    case 'Localhost':
      return profile.localhostProfile ? `localhost/${profile.localhostProfile}` : undefined
    default:
      return undefined
  }
}

function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  const [, localhostProfile] = /^localhost\/(.+)$/s.exec(annotation) ?? []
  return localhostProfile && localhostProfile.trim() === localhostProfile
    ? { type: 'Localhost', localhostProfile }
    : undefined
}
