/** Which requests flow together, and at which level of priority. */
import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, index, invalid, notSupported, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkSubdomain } from '../../names.ts'
import type { FlowSchema, FlowSchemaSpec } from '../../types/flowcontrol-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { validateFlowRule } from './flow-rule.ts'
import { validateStatus } from './status.ts'

/** FlowSchema. Source: kubernetes pkg/registry/flowcontrol/flowschema, pkg/apis/flowcontrol. */
export const flowSchema = builtIn<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      subresources: { status: true },
      default({ spec }) {
        if (spec) spec.matchingPrecedence ||= PRECEDENCE_DEFAULT
      },
      columns: [
        NAME_COLUMN,
        column(
          'PriorityLevel',
          '`name` is the name of the priority level configuration being referenced Required.',
          ({ spec }) => spec?.priorityLevelConfiguration.name ?? '',
        ),
        column(
          'MatchingPrecedence',
          '`matchingPrecedence` is used to choose among the FlowSchemas that match a given request. The chosen FlowSchema is among those with the numerically lowest (which we take to be logically highest) MatchingPrecedence.  Each MatchingPrecedence value must be ranged in [1,10000]. Note that if the precedence is not specified, it will be set to 1000 as default.',
          ({ spec }) => spec?.matchingPrecedence ?? 0,
        ),
        column(
          'DistinguisherMethod',
          '`distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. `nil` specifies that the distinguisher is disabled and thus will always be the empty string.',
          ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>',
        ),
        AGE_COLUMN,
        column(
          'MissingPL',
          'references a broken or non-existent PriorityLevelConfiguration',
          ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
        ),
      ],
    },
  ],
  rules: {
    generation: 'spec',
    name: 'dns-subdomain',
    validate: ({ metadata, spec, status }, { subresource }) =>
      subresource === 'status'
        ? validateStatus(status)
        : [
            ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
            ...validateSpec(metadata.name ?? '', spec ?? NO_SPEC),
            ...validateStatus(status),
          ],
  },
})

const NO_SPEC: FlowSchemaSpec = { priorityLevelConfiguration: { name: '' } }
/** Source: kubernetes pkg/apis/flowcontrol/v1 defaults.go. */
const PRECEDENCE_DEFAULT = 1000
/** Source: kubernetes pkg/apis/flowcontrol types.go FlowSchemaMaxMatchingPrecedence. */
const PRECEDENCE_MAX = 10_000
const METHODS = ['ByNamespace', 'ByUser']

function validateSpec(name: string, spec: FlowSchemaSpec): FieldError[] {
  const { matchingPrecedence: precedence = 0, distinguisherMethod: method } = spec
  const level = spec.priorityLevelConfiguration?.name ?? ''
  const errors: FieldError[] = []
  const refuse = (why: string) => errors.push(invalid('spec.matchingPrecedence', precedence, why))
  if (precedence <= 0) refuse('must be a positive value')
  if (precedence > PRECEDENCE_MAX) refuse(`must not be greater than ${PRECEDENCE_MAX}`)
  if (precedence === 1 && name !== 'exempt') refuse("only the schema named 'exempt' may have matchingPrecedence 1")
  if (method && !METHODS.includes(method.type)) {
    // Printed whole, in Kubernetes' own form of it.
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: method.type }, METHODS))
  }
  const levelPath = child('spec', 'priorityLevelConfiguration', 'name')
  if (level === '') errors.push(required(levelPath, 'must reference a priority level'))
  else errors.push(...checkSubdomain(level).map((why) => invalid(levelPath, level, why)))
  return [...errors, ...(spec.rules ?? []).flatMap((rule, at) => validateFlowRule(rule, index('spec.rules', at)))]
}
