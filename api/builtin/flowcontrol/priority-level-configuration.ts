/** How many requests of a level of priority run at a time, and what becomes of the others. */
import { type Cell, NAME_COLUMN } from '../../columns.ts'
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from '../../types/flowcontrol-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { validateQueuing } from './queuing.ts'
import { validateStatus } from './status.ts'

/** PriorityLevelConfiguration. Source: kubernetes pkg/registry/flowcontrol/prioritylevelconfiguration, pkg/apis/flowcontrol. */
export const priorityLevelConfiguration = builtIn<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      subresources: { status: true },
      default: defaultLevel,
      columns: [
        NAME_COLUMN,
        column(
          'Type',
          '`type` indicates whether this priority level is subject to limitation on request execution.  A value of `"Exempt"` means that requests of this priority level are not subject to a limit (and thus are never queued) and do not detract from the capacity made available to other priority levels.  A value of `"Limited"` means that (a) requests of this priority level _are_ subject to limits and (b) some of the server\'s limited capacity is made available exclusively to this priority level. Required.',
          ({ spec }) => spec?.type ?? '',
        ),
        column(
          'NominalConcurrencyShares',
          '`nominalConcurrencyShares` (NCS) contributes to the computation of the NominalConcurrencyLimit (NominalCL) of this level. This is the number of execution seats available at this priority level. This is used both for requests dispatched from this priority level as well as requests dispatched from other priority levels borrowing seats from this level. The server\'s concurrency limit (ServerCL) is divided among the Limited priority levels in proportion to their NCS values:\n\nNominalCL(i)  = ceil( ServerCL * NCS(i) / sum_ncs ) sum_ncs = sum[priority level k] NCS(k)\n\nBigger numbers mean a larger nominal concurrency limit, at the expense of every other priority level.\n\nIf not specified, this field defaults to a value of 30.\n\nSetting this field to zero supports the construction of a "jail" for this priority level that is used to hold some request(s)',
          ({ spec }) => (spec?.limited ? (spec.limited.nominalConcurrencyShares ?? 0) : '<none>'),
        ),
        column(
          'Queues',
          '`queues` is the number of queues for this priority level. The queues exist independently at each apiserver. The value must be positive.  Setting it to 1 effectively precludes shufflesharding and thus makes the distinguisher method of associated flow schemas irrelevant.  This field has a default value of 64.',
          (level) => queuingCell(level, 'queues'),
        ),
        column(
          'HandSize',
          "`handSize` is a small positive number that configures the shuffle sharding of requests into queues.  When enqueuing a request at this priority level the request's flow identifier (a string pair) is hashed and the hash value is used to shuffle the list of queues and deal a hand of the size specified here.  The request is put into one of the shortest queues in that hand. `handSize` must be no larger than `queues`, and should be significantly smaller (so that a few heavy flows do not saturate most of the queues).  See the user-facing documentation for more extensive guidance on setting this field.  This field has a default value of 8.",
          (level) => queuingCell(level, 'handSize'),
        ),
        column(
          'QueueLengthLimit',
          '`queueLengthLimit` is the maximum number of requests allowed to be waiting in a given queue of this priority level at a time; excess requests are rejected.  This value must be positive.  If not specified, it will be defaulted to 50.',
          (level) => queuingCell(level, 'queueLengthLimit'),
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'spec',
    validate: ({ metadata, spec, status }, { subresource }) =>
      subresource === 'status'
        ? validateStatus(status)
        : [
            ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
            ...(Object.hasOwn(metadata.annotations ?? {}, PRESERVE_ZERO)
              ? [forbidden('metadata.annotations', `annotation '${PRESERVE_ZERO}' is forbidden`)]
              : []),
            ...validateSpec(metadata.name ?? '', spec ?? { type: '' }),
            ...validateStatus(status),
          ],
  },
})

/** Meant something in versions that are no more. Source: k8s.io/api flowcontrol/v1beta3. */
const PRESERVE_ZERO = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares'

function queuingCell({ spec }: PriorityLevelConfiguration, field: keyof QueuingConfiguration): Cell {
  const queuing = spec?.limited?.limitResponse?.queuing
  return queuing ? (queuing[field] ?? 0) : '<none>'
}

/** Source: kubernetes pkg/apis/flowcontrol/v1 defaults.go. */
function defaultLevel({ spec }: PriorityLevelConfiguration): void {
  const { exempt, limited } = spec ?? {}
  if (exempt) {
    exempt.nominalConcurrencyShares ??= 0
    exempt.lendablePercent ??= 0
  }
  if (!limited) return
  limited.nominalConcurrencyShares ??= 30
  limited.lendablePercent ??= 0
  const queuing = limited.limitResponse?.queuing
  if (!queuing) return
  queuing.handSize ||= 8
  queuing.queues ||= 64
  queuing.queueLengthLimit ||= 50
}

function validateSpec(name: string, { type, limited, exempt }: PriorityLevelConfigurationSpec): FieldError[] {
  const errors: FieldError[] = []
  if ((name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"))
  }
  switch (type) {
    case 'Exempt':
      if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'))
      if (exempt) errors.push(...validateExempt(exempt, 'spec.exempt'))
      return errors
    case 'Limited':
      if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'))
      if (limited) errors.push(...validateLimited(limited, 'spec.limited'))
      else errors.push(required('spec.limited', 'must not be empty when type is Limited'))
      return errors
    default:
      return [...errors, notSupported('spec.type', type, ['Exempt', 'Limited'])]
  }
}

const validateExempt = (
  { nominalConcurrencyShares: shares, lendablePercent: lendable }: ExemptPriorityLevelConfiguration,
  path: FieldPath,
): FieldError[] => [...validateShares(shares, path), ...validateLendable(lendable, path)]

function validateLimited(limited: LimitedPriorityLevelConfiguration, path: FieldPath): FieldError[] {
  const { borrowingLimitPercent: borrowing = 0, limitResponse } = limited
  return [
    ...validateShares(limited.nominalConcurrencyShares, path),
    ...validateResponse(limitResponse ?? { type: '' }, child(path, 'limitResponse')),
    ...validateLendable(limited.lendablePercent, path),
    ...(borrowing < 0
      ? [invalid(child(path, 'borrowingLimitPercent'), borrowing, 'if specified, must be a non-negative integer')]
      : []),
  ]
}

const validateShares = (shares: number | undefined, path: FieldPath): FieldError[] =>
  shares !== undefined && shares < 0
    ? [invalid(child(path, 'nominalConcurrencyShares'), shares, 'must be a non-negative integer')]
    : []

const validateLendable = (percent: number | undefined, path: FieldPath): FieldError[] =>
  percent !== undefined && (percent < 0 || percent > 100)
    ? [invalid(child(path, 'lendablePercent'), percent, 'must be between 0 and 100, inclusive')]
    : []

/** The words are Kubernetes' own: they say Limited where Queue is meant. */
function validateResponse({ type, queuing }: LimitResponse, path: FieldPath): FieldError[] {
  const own = child(path, 'queuing')
  switch (type) {
    case 'Reject':
      return queuing ? [forbidden(own, 'must be nil if limited.limitResponse.type is not Limited')] : []
    case 'Queue':
      if (!queuing) return [required(own, 'must not be empty if limited.limitResponse.type is Limited')]
      return validateQueuing(queuing, own)
    default:
      return [notSupported(child(path, 'type'), type, ['Queue', 'Reject'])]
  }
}
