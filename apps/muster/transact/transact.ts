/** `kubectl muster transact`: applies many manifests together or not at all, and says what became of each. */
import {
  OPERATIONS_MAX,
  type Operation,
  type OperationResult,
  TRANSACTION_GROUP,
  TRANSACTIONS,
} from '@muster/api/transaction/transaction.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { type PastContext, printPlain, query } from '../past-commands/context.ts'
import { printChanges } from '../past-commands/diff.ts'
import { currentNamespace, readTypes } from '../past-commands/target.ts'
import { hidingSecrets } from '../past-commands/words.ts'
import { text } from '../terminal/language.ts'
import { visible } from '../terminal/width.ts'
import { trouble } from '../trouble.ts'
import { type Manifest, readManifests } from './manifests.ts'

/** What of, how, and why. */
export interface TransactAsked {
  readonly filename: readonly string[]
  readonly recursive?: true
  readonly namespace?: string
  readonly verb: 'apply' | 'create' | 'update' | 'delete'
  readonly dryRun?: true
  readonly force?: true
  readonly fieldManager: string
  readonly reason?: string
}

interface Answered {
  readonly spec: { readonly dryRun?: boolean }
  readonly status: {
    readonly id: string
    readonly resourceVersion?: string
    readonly results: readonly OperationResult[]
  }
}

/** Does it, or shows with --dry-run what it would do. */
export async function transact(context: PastContext, asked: TransactAsked): Promise<ExitCode> {
  const { kubectl, terminal } = context
  const operations = await operationsOf(context, asked)
  const path = `/apis/${TRANSACTION_GROUP}/v1/${TRANSACTIONS}`
  const options = query({ fieldManager: asked.fieldManager, fieldValidation: 'Strict' })
  // The server answers with the Transaction that it was sent, and its status.
  const answer = (await kubectl.post(path + options, {
    apiVersion: `${TRANSACTION_GROUP}/v1`,
    kind: 'Transaction',
    spec: {
      ...(asked.reason === undefined ? {} : { reason: asked.reason }),
      ...(asked.dryRun ? { dryRun: true } : {}),
      operations,
    },
  })) as Answered
  if (printPlain(context, answer)) return EXIT.ok
  const { results, resourceVersion, id } = answer.status
  for (const result of results) printResult(context, result)
  const changed = results.filter(({ result }) => result !== 'unchanged').length
  const ended = asked.dryRun
    ? text(
        `nothing is done: ${changed} of ${results.length} would change`,
        `未执行：${results.length} 个中 ${changed} 个会改变`,
      )
    : text(
        `all done together${resourceVersion ? `, at revision ${resourceVersion}` : ''} (transaction ${id})`,
        `已一并完成${resourceVersion ? `，修订号 ${resourceVersion}` : ''}（事务 ${id}）`,
      )
  terminal.notes.line(terminal.say(ended))
  return EXIT.ok
}

function printResult(context: PastContext, result: OperationResult): void {
  const { terminal } = context
  const { kind, namespace, name, subresource, fields = [], moreFields, fieldsHidden } = result
  const about = `${kind.toLowerCase()}${subresource ? `/${subresource}` : ''} ${namespace ? `${namespace}/` : ''}${name}`
  terminal.data.line(`${terminal.data.colors.bold(visible(about))} ${result.result}`)
  const shown = hidingSecrets(kind === 'Secret' ? 'secrets' : '')
  printChanges(context, { fields, ...(moreFields === undefined ? {} : { moreFields }) }, shown)
  if (fieldsHidden) terminal.data.line(terminal.data.colors.dim(fieldsHidden))
}

/** An operation for each manifest; those of a Transaction as they are. */
async function operationsOf({ kubectl }: PastContext, asked: TransactAsked): Promise<Operation[]> {
  const manifests = await readManifests(asked.filename, asked.recursive === true)
  const types = readTypes(await kubectl.run(['api-resources']))
  const isNamespaced = ({ apiVersion, kind }: Manifest) =>
    types.some((type) => type.apiVersion === apiVersion && type.kind === kind && type.namespaced)
  let namespace = asked.namespace
  const operations: Operation[] = []
  for (const manifest of inOrder(manifests, asked.verb)) {
    const { metadata, spec } = manifest as { metadata?: Record<string, unknown>; spec?: { operations?: Operation[] } }
    if (manifest.kind === 'Transaction' && manifest.apiVersion === `${TRANSACTION_GROUP}/v1`) {
      operations.push(...(spec?.operations ?? []))
      continue
    }
    if (!isNamespaced(manifest) || metadata?.namespace) operations.push(operationOf(manifest, asked))
    else {
      namespace ??= await currentNamespace(kubectl)
      operations.push(operationOf({ ...manifest, metadata: { ...metadata, namespace } }, asked))
    }
  }
  if (operations.length > 0 && operations.length <= OPERATIONS_MAX) return operations
  throw trouble('MUS0101', {
    what: text(
      `found ${operations.length} manifests; from 1 to ${OPERATIONS_MAX} can be done together`,
      `找到 ${operations.length} 个清单；一次可处理 1 到 ${OPERATIONS_MAX} 个`,
    ),
    next: ['kubectl muster transact --help'],
  })
}

/** What others live in or are given first comes first; where it goes, it goes last. */
const FIRST = ['Namespace', 'ServiceAccount', 'ClusterRole', 'Role']

function inOrder(manifests: readonly Manifest[], verb: TransactAsked['verb']): readonly Manifest[] {
  const rank = ({ kind }: Manifest) => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length)
  const sorted = [...manifests].sort((one, other) => rank(one) - rank(other))
  return verb === 'delete' ? sorted.reverse() : sorted
}

function operationOf(object: Manifest, { verb, force }: TransactAsked): Operation {
  if (verb !== 'delete') return { verb, object, ...(verb === 'apply' && force ? { force: true } : {}) }
  const { name, namespace } = (object.metadata ?? {}) as { name?: string; namespace?: string }
  return {
    verb,
    target: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: name ?? '',
      ...(namespace === undefined ? {} : { namespace }),
    },
  }
}
