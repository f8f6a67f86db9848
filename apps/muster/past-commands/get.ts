/** `kubectl muster get`: what was there. */
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { tableLines } from '../terminal/table.ts'
import { visible } from '../terminal/width.ts'
import { type PastContext, printPlain, query } from './context.ts'
import { noHistory } from './kubectl.ts'
import type { Target } from './target.ts'

/** The part of a Table that is printed. */
interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[]
  readonly rows: readonly {
    readonly cells: readonly unknown[]
    readonly object: { readonly metadata: { readonly namespace?: string } }
  }[]
}

/** When: a time, or a revision. */
export interface GetAsked {
  readonly asOf?: string
  readonly revision?: string
  readonly selector?: string
}

/** Prints the state at a time. */
export async function get(
  context: PastContext,
  target: Target,
  { asOf, revision, selector }: GetAsked,
): Promise<ExitCode> {
  const { kubectl, terminal, output } = context
  await checkKeepsHistory(context)
  const moment = {
    asOf,
    ...(revision === undefined ? {} : { resourceVersion: revision, resourceVersionMatch: 'Exact' }),
    labelSelector: selector,
  }
  if (output !== 'text') {
    printPlain(context, await kubectl.get(`${target.path}${query(moment)}`))
    return EXIT.ok
  }
  const table = (await kubectl.get(`${target.path}${query({ ...moment, as: 'Table' })}`)) as Table
  const columns = table.columnDefinitions.flatMap(({ name, priority }, at) => (priority === 0 ? [{ name, at }] : []))
  const withNamespace = target.type.namespaced && target.namespace === ''
  const head = [...(withNamespace ? ['NAMESPACE'] : []), ...columns.map(({ name }) => name.toUpperCase())]
  const rows = (table.rows ?? []).map(({ cells, object }) => [
    ...(withNamespace ? [object.metadata.namespace ?? ''] : []),
    ...columns.map(({ at }) => visible(String(cells[at] ?? '<none>'))),
  ])
  if (rows.length === 0) terminal.notes.line('No resources found')
  else for (const line of tableLines(head, rows, Math.max(terminal.columns, 200))) terminal.data.line(line)
  return EXIT.ok
}

/** A Kubernetes takes no notice of the time, and would answer with what is there now. */
async function checkKeepsHistory({ kubectl }: PastContext): Promise<void> {
  const { groups } = (await kubectl.get('/apis')) as { groups: readonly { readonly name: string }[] }
  if (!groups.some(({ name }) => name === 'history.muster.dev')) throw noHistory()
}
