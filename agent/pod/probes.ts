/**
 * Probes: when they are due, and what their results come to.
 *
 *     run starts ──► initial delay ──► probe ──► period ──► probe ...      thresholds of results in a row
 *                                                                          turn the verdict
 *     readiness and liveness wait for startup to succeed
 *
 * Without an initial delay the first probe comes {@link FIRST_AFTER} the start, as it does where the kubelet hears of a run
 * from its runtime now and then: whatever is asked sooner does not listen yet, and is asked again a whole period later.
 *
 * Source: kubelet pkg/kubelet/prober/worker.go.
 */
import type { Probe } from '@muster/api/types/core-v1.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { containerId, type Desk, isStarted, isUp, lastRun, type Member, say, wakeAt } from './desk.ts'
import { type ContainerMemory, type ProbeKind, type ProbeMemory, type ProbeResult, statusIn } from './memory.ts'

const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness']

const FIRST_AFTER: Duration = seconds(0.5)

/** The probe of that kind, when the container has one. */
export const probeOf = ({ spec }: Pick<Member, 'spec'>, kind: ProbeKind): Probe | undefined =>
  ({ startup: spec.startupProbe, liveness: spec.livenessProbe, readiness: spec.readinessProbe })[kind]

/** Begins what probes of a new run remember, and takes over what the status knows of a run that goes on. */
export function beginProbes(desk: Desk): void {
  for (const member of desk.members) {
    const run = lastRun(member)
    if (!run || member.kind === 'init' || member.kind === 'ephemeral') continue
    for (const kind of KINDS) {
      const probe = probeOf(member, kind)
      if (!probe || member.notes.probes[kind]?.attempt === run.run.attempt) continue
      const startedAt = member.notes.seen?.startedAt ?? desk.now
      const delay = probe.initialDelaySeconds ? seconds(probe.initialDelaySeconds) : FIRST_AFTER
      const dueAt = (startedAt + delay) as Duration
      const begun = { attempt: run.run.attempt, dueAt, isUnderWay: false, verdict: knownVerdict(desk, member, kind) }
      setProbe(member, kind, begun)
    }
  }
}

/** Asks for every probe that is due. While the pod ends, only whether it is ready still counts. */
export function probe(desk: Desk): void {
  const isEnding = desk.memory.ending !== undefined
  for (const member of desk.members) {
    if (!isUp(member) || member.notes.stop) continue
    for (const kind of KINDS) {
      const spec = probeOf(member, kind)
      const known = member.notes.probes[kind]
      if (!spec || !known || known.isUnderWay || (isEnding && kind !== 'readiness')) continue
      if (kind === 'startup' ? known.verdict !== 'unknown' : !isStarted(member)) continue
      if (kind === 'liveness' && known.verdict === 'failure') continue
      if (known.dueAt > desk.now) {
        wakeAt(desk, known.dueAt)
        continue
      }
      const period = seconds(spec.periodSeconds ?? PERIOD_SECONDS)
      setProbe(member, kind, { ...known, isUnderWay: true, dueAt: (desk.now + period) as Duration })
      desk.steps.push({ do: 'probe', probe: kind, container: member.name, attempt: known.attempt })
    }
  }
}

/** Source: core/v1 defaults of Probe. */
const PERIOD_SECONDS = 10
const FAILURES = 3
const SUCCESSES = 1

/** Takes in one result; one of a run that is over is dropped. */
export function learnProbe(desk: Desk, member: Member, kind: ProbeKind, attempt: number, found: ProbeResult): void {
  const spec = probeOf(member, kind)
  const known = member.notes.probes[kind]
  if (!spec || !known || known.attempt !== attempt) return
  const idle = { ...known, isUnderWay: false }
  if (found.result !== 'success') say(desk, 'Warning', 'Unhealthy', sayFailure(kind, found), member)
  setProbe(member, kind, found.result === 'error' ? idle : judge(spec, kind, idle, found.result))
}

function sayFailure(kind: ProbeKind, { result, output }: ProbeResult): string {
  const name = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`
  return result === 'error'
    ? `${name} probe errored and resulted in unknown state: ${output}`
    : `${name} probe failed: ${output}`
}

function judge(spec: Probe, kind: ProbeKind, known: ProbeMemory, result: 'success' | 'failure'): ProbeMemory {
  const count = known.last?.result === result ? known.last.count + 1 : 1
  const needed = result === 'success' ? (spec.successThreshold ?? SUCCESSES) : (spec.failureThreshold ?? FAILURES)
  const last = { result, count }
  if (count < needed) return { ...known, last }
  // A startup probe has one verdict for each run.
  return { ...known, last, verdict: kind === 'startup' && known.verdict !== 'unknown' ? known.verdict : result }
}

/** A run that was started, or ready, when the agent went away is so until its probes say otherwise. */
function knownVerdict(desk: Desk, { name, runs }: Member, kind: ProbeKind): ProbeMemory['verdict'] {
  const [run] = runs
  const status = statusIn(desk.before, name)
  if (!run || status?.containerID !== containerId(desk.sight.node.driver, run.run)) return 'unknown'
  const wasSo = { startup: status.started, readiness: status.ready, liveness: false }[kind]
  return wasSo ? 'success' : 'unknown'
}

function setProbe(member: Member, kind: ProbeKind, probe: ProbeMemory): void {
  const notes: ContainerMemory = member.notes
  member.notes = { ...notes, probes: { ...notes.probes, [kind]: probe } }
}
