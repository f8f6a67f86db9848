/** The kinds of everything about who may act. */
import type { Kind } from '../kind.ts'
import { CandidateKind } from './candidate.ts'
import { ElectionKind } from './election.ts'
import { LeaseGuardKind } from './lease-guard.ts'

/** A group is served because it is listed where a server is put together. */
export const ELECTION_KINDS: readonly Kind[] = [ElectionKind, CandidateKind, LeaseGuardKind]
