/**
 * Which secrets a pod refers to, and whether its service account lets it.
 * Source: kubernetes plugin/pkg/admission/serviceaccount, pkg/api/pod/util.go.
 */
import type { Container, EphemeralContainer, Pod, ServiceAccount } from '@muster/api/types/core-v1.ts'

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'
/** What Go takes for true. Source: Go strconv.ParseBool. */
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])

/** In words why the account, if it limits its pods to its own secrets, does not let a pod have one; undefined when it does. */
export function refusesToMount(account: ServiceAccount, { spec }: Pod, onlyEphemeral: boolean): string | undefined {
  if (!TRUE.has(account.metadata.annotations?.[ENFORCE] ?? '')) return undefined
  const own = new Set((account.secrets ?? []).map(({ name }) => name))
  const whose = `is not allowed because service account ${account.metadata.name} does not reference that`
  const ofContainer = (words: string) => (container: Container | EphemeralContainer) =>
    secretsOf(container)
      .filter(({ secret }) => !own.has(secret))
      .map(
        ({ by, secret }) =>
          `${words} ${container.name} with ${by} referencing secret.secretName="${secret}" ${whose} secret`,
      )
  if (onlyEphemeral) return spec?.ephemeralContainers?.flatMap(ofContainer('ephemeral container'))[0]

  const pullable = new Set((account.imagePullSecrets ?? []).map(({ name }) => name))
  const [first] = [
    ...(spec?.volumes ?? [])
      .flatMap(({ secret }) => (secret ? [secret.secretName ?? ''] : []))
      .filter((secret) => !own.has(secret))
      .map((secret) => `volume with secret.secretName="${secret}" ${whose} secret`),
    ...(spec?.initContainers ?? []).flatMap(ofContainer('init container')),
    ...(spec?.containers ?? []).flatMap(ofContainer('container')),
    ...(spec?.imagePullSecrets ?? []).flatMap(({ name = '' }, at) =>
      pullable.has(name) ? [] : [`imagePullSecrets[${at}].name="${name}" ${whose} imagePullSecret`],
    ),
  ]
  return first
}

/** True when a volume of the pod holds a token of its service account. */
export const usesTokenVolume = ({ spec }: Pod): boolean =>
  (spec?.volumes ?? []).some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken))

const secretsOf = ({
  env = [],
  envFrom = [],
}: Container | EphemeralContainer): readonly { by: string; secret: string }[] => [
  ...env.flatMap(({ name, valueFrom }) =>
    valueFrom?.secretKeyRef ? [{ by: `envVar ${name}`, secret: valueFrom.secretKeyRef.name ?? '' }] : [],
  ),
  ...envFrom.flatMap(({ secretRef }) => (secretRef ? [{ by: 'envFrom', secret: secretRef.name ?? '' }] : [])),
]
