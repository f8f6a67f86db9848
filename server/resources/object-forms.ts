/** The object of a request under the names and versions by which it can be had, as webhooks ask for it. */
import { apiVersionOf, type JsonObject, type KubeObject } from '@muster/api/object.ts'
import { assert } from '@muster/base/errors.ts'
import type { GroupVersionResource } from '../admission/match-rules.ts'
import type { ObjectForm } from '../admission/object-form.ts'
import type { Registry, Served } from '../registry/registry.ts'
import type { ResourceCall } from './call.ts'
import { bodyTypeOf, decodeObjectOf } from './decode-body.ts'
import { fromStored, toStored } from './versions.ts'

/** Answers for one request; its subresource may have a kind of its own. */
export const formsOf =
  (call: ResourceCall, registry: Registry) =>
  (resource: GroupVersionResource): ObjectForm => {
    const served = registry.cluster(call.info.cluster).find(resource.group, resource.version, resource.resource)
    assert(served, 'a rule fits only what is served')
    return (
      call.formOf?.(resource) ?? {
        resource,
        kind: kindOf(served),
        show: (kept) => fromStored(served, kept),
        read: (shown) => toStored(served, readAs(served, shown)),
      }
    )
  }

/** The form of what passes by and is not kept: it has one version, whatever the version of the path is. */
export const passingForm =
  (passing: Served) =>
  (resource: GroupVersionResource): ObjectForm => ({
    resource,
    kind: kindOf(passing),
    show: (kept) => ({ ...kept, apiVersion: apiVersionOf(groupVersionOf(passing)), kind: passing.kind.kind }),
    read: (shown) => readAs(passing, shown),
  })

/** Reads JSON that somebody else made of an object, with the defaults of its version. Throws BadRequest. */
export function readAs(served: Served, shown: JsonObject): KubeObject {
  const { object } = decodeObjectOf(shown, bodyTypeOf(served), 'Ignore')
  served.version.default?.(object)
  return object
}

const groupVersionOf = ({ kind, version }: Served) => ({ group: kind.group, version: version.name })

const kindOf = (served: Served) => ({ ...groupVersionOf(served), kind: served.kind.kind })
