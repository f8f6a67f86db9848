/** `@muster/test-server`: a real Kubernetes API, with its controllers, inside a test. */

export { startTestCluster } from './cluster.ts'
export type { Refusal, RequestMatch } from './door.ts'
export type { Length } from './duration.ts'
export type { Faults } from './faults.ts'
export type { ObjectSource } from './objects.ts'
export type { Profile } from './profile.ts'
export { startTestServer } from './start.ts'
export type {
  PodPlace,
  TestCluster,
  TestClusterSettings,
  TestNode,
  TestNodeSettings,
  TestNodes,
} from './test-cluster.ts'
export type { LogicalClusterAccess, Snapshot, TestServer, TestServerSettings } from './test-server.ts'
export type { TestClock } from './time.ts'
export type { UserAccess, Users } from './users.ts'
