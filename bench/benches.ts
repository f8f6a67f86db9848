/** Every bench there is, in the order in which they run. */
import { apiLists } from './api/lists.ts'
import { apiObjects } from './api/objects.ts'
import { apiProfile } from './api/profile.ts'
import { apiStart } from './api/start.ts'
import { apiWatchers } from './api/watchers.ts'
import { demoBench } from './demo/demo.ts'
import type { Bench } from './harness/bench.ts'
import { bodyLimit } from './limits/body.ts'
import { fanOutLimit } from './limits/fan-out.ts'
import { fsyncLimit } from './limits/fsync.ts'
import { httpLimit } from './limits/http.ts'
import { logLimit } from './limits/log.ts'
import { bindsBench } from './scheduling/binds.ts'
import { decisionsBench } from './scheduling/decisions.ts'
import { simDayBench } from './sim-day.ts'
import { ageBench } from './store/age.ts'
import { commitBench } from './store/commit.ts'
import { readBench } from './store/read.ts'
import { watchBench } from './store/watch.ts'
import { testServer } from './test-server/test-server.ts'

/** The limits first: what comes after is read against them. */
export const BENCHES: readonly Bench[] = [
  fsyncLimit,
  logLimit,
  httpLimit,
  bodyLimit,
  fanOutLimit,
  commitBench,
  readBench,
  watchBench,
  ageBench,
  apiObjects,
  apiLists,
  apiWatchers,
  apiStart,
  apiProfile,
  testServer,
  simDayBench,
  decisionsBench,
  bindsBench,
  demoBench,
]
