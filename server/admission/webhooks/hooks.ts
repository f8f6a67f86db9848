/**
 * The webhooks of one logical cluster, in the order in which they are asked: by the name of their configuration, and
 * within it as it lists them. Fed by whoever watches the configurations.
 * Source: apiserver pkg/admission/configuration.
 */
import type { Webhook } from '@muster/api/builtin/admissionregistration/webhook.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '@muster/api/types/admissionregistration-v1.ts'
import { isKind } from '../../auth/reads.ts'

/** One webhook. */
export interface Hook {
  /** Its configuration, its name, and which of that name it is: one and the same for as long as it is configured. */
  readonly id: string
  readonly configuration: string
  readonly webhook: Webhook
}

/** The group of everything that decides about admission: such objects are themselves not shown to webhooks. */
export const ADMISSION_GROUP = 'admissionregistration.k8s.io'

/** What is followed to know the webhooks. */
export const CONFIGURATIONS = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']

/** Webhooks that are kept up to date by being told of configurations. Objects of other kinds are ignored. */
export interface HookIndex {
  mutating(): readonly Hook[]
  validating(): readonly Hook[]
  put(object: KubeObject): void
  remove(object: KubeObject): void
}

const isMutating = isKind<MutatingWebhookConfiguration>(`${ADMISSION_GROUP}/v1`, 'MutatingWebhookConfiguration')
const isValidating = isKind<ValidatingWebhookConfiguration>(`${ADMISSION_GROUP}/v1`, 'ValidatingWebhookConfiguration')

/** An index that knows nothing yet. */
export function createHookIndex(): HookIndex {
  const [mutating, validating] = [createOrder(), createOrder()]
  const orderOf = (object: KubeObject) =>
    isMutating(object) ? mutating : isValidating(object) ? validating : undefined
  return {
    mutating: mutating.all,
    validating: validating.all,
    put: (object) => orderOf(object)?.set(nameOf(object), hooksOf(object)),
    remove: (object) => orderOf(object)?.set(nameOf(object), []),
  }
}

function createOrder() {
  const byName = new Map<string, readonly Hook[]>()
  let all: readonly Hook[] = []
  return {
    all: () => all,
    set(name: string, hooks: readonly Hook[]) {
      if (hooks.length > 0) byName.set(name, hooks)
      else byName.delete(name)
      all = [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, own]) => own)
    },
  }
}

/** Names may repeat in old configurations, so each has a number as well. */
function hooksOf(object: KubeObject): Hook[] {
  const configuration = nameOf(object)
  const seen = new Map<string, number>()
  const webhooks: readonly Webhook[] = isMutating(object) || isValidating(object) ? (object.webhooks ?? []) : []
  return webhooks.map((webhook) => {
    const count = seen.get(webhook.name) ?? 0
    seen.set(webhook.name, count + 1)
    return { id: `${configuration}/${webhook.name}/${count}`, configuration, webhook }
  })
}

const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? ''
