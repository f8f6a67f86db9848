/** Every topic, in the order in which they are recorded. */
import { apply } from './cases/apply.ts'
import { cluster } from './cases/cluster.ts'
import { core } from './cases/core.ts'
import { crd } from './cases/crd.ts'
import { deletes } from './cases/deletes.ts'
import { discovery, errors } from './cases/errors.ts'
import { identity } from './cases/identity.ts'
import { networking } from './cases/networking.ts'
import { patches } from './cases/patches.ts'
import { pods } from './cases/pods.ts'
import { policy } from './cases/policy.ts'
import { lists, watches } from './cases/reads.ts'
import { storage } from './cases/storage.ts'
import { batch, workloads } from './cases/workloads.ts'
import type { TopicDraft } from './draft.ts'

/** One for each file of fixtures. */
export const TOPICS: readonly TopicDraft[] = [
  // First, while nothing has been added to what a fresh server discovers.
  discovery,
  pods,
  workloads,
  batch,
  core,
  networking,
  storage,
  cluster,
  policy,
  patches,
  apply,
  lists,
  watches,
  deletes,
  errors,
  identity,
  crd,
]
