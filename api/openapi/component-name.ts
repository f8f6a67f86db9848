/** How the type of a kind is called in OpenAPI. */
import type { GroupVersion } from '../object.ts'
import { typeNameOf } from '../tables/schemas.ts'

/**
 * The name of the component of a kind: that of Kubernetes' own type, or the group's parts turned round before version
 * and kind: `com.example.stable.v1.CronTab`. Source: apiextensions pkg/controller/openapi/builder, gvkToModelName.
 */
export const componentName = ({ group, version }: GroupVersion, kind: string): string =>
  typeNameOf(group, version, kind) ?? [...group.split('.').toReversed().filter(Boolean), version, kind].join('.')
