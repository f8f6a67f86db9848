/** The table of what Muster can do: `muster tour` and docs/capabilities.md are printed from it. */
import type { System } from './capabilities/capability.ts'
import { DATABASES } from './capabilities/databases.ts'
import { DELIVERY } from './capabilities/delivery.ts'
import { DEVSPACE } from './capabilities/devspace.ts'
import { FLEET } from './capabilities/fleet.ts'
import { GROUND } from './capabilities/ground.ts'
import { HIGH_AVAILABILITY } from './capabilities/high-availability.ts'
import { MESH } from './capabilities/mesh.ts'
import { PLACEMENT } from './capabilities/placement.ts'
import { STORAGE } from './capabilities/storage.ts'
import { TIDB } from './capabilities/tidb.ts'
import { TRAFFIC } from './capabilities/traffic.ts'

/** The ground, then the ten systems in their order. */
export const SYSTEMS: readonly System[] = [
  GROUND,
  FLEET,
  MESH,
  TIDB,
  HIGH_AVAILABILITY,
  DELIVERY,
  DATABASES,
  STORAGE,
  DEVSPACE,
  TRAFFIC,
  PLACEMENT,
]
