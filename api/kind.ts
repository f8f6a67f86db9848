/**
 * One value per kind: how it is named, what it looks like, and the rules it keeps.
 *
 * Built-in kinds (`api/builtin/<group>`), kinds of packs (`defineKind`) and custom resources (made from their
 * CustomResourceDefinition at run time) all are such values, and the server treats them alike.
 *
 *     a write:  decode → default → (admission) → prepare → validate → store
 *
 * The functions are pure. `default…` and `prepare…` change the object that they are given: it belongs to one request.
 * `validate…` change nothing. Objects reach them decoded: every field that is there has the type its schema says.
 */
import type { Column, RowCondition } from './columns.ts'
import type { FieldError } from './field-error.ts'
import type { KubeObject } from './object.ts'
import type { TypeSchema } from './schema/schema.ts'

/** A kind, all of its versions, and its rules. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string
  /** `Deployment`. */
  readonly kind: string
  /** `DeploymentList`. */
  readonly listKind: string
  /** `deployments`: the name in paths. */
  readonly plural: string
  /** `deployment`. */
  readonly singular: string
  readonly shortNames: readonly string[]
  /** `all` lists a kind under `kubectl get all`. */
  readonly categories: readonly string[]
  readonly scope: 'Namespaced' | 'Cluster'
  /** Most preferred first. At least one is served. */
  readonly versions: readonly KindVersion<T>[]
  /** The version that bytes in the store have: the name of one of {@link versions}. */
  readonly storedAs: string
  /**
   * Where objects are kept, when another kind keeps them too: Event lives in two groups over one storage.
   * `group/plural` of the kind that owns the storage; itself when absent.
   */
  readonly storage?: { readonly group: string; readonly plural: string }
  /** What may be asked of it; all eight when absent. A review (SubjectAccessReview) has `create` alone and is not kept. */
  readonly verbs?: readonly Verb[]
  /** The CustomResourceDefinition in a logical cluster that it was made of, as it was then. */
  readonly madeOf?: {
    readonly name: string
    readonly uid: string | undefined
    readonly generation: number | undefined
    readonly resourceVersion: string | undefined
  }
  /** Its definition is being deleted: no object of it is created any more. */
  readonly isEnding?: true
  readonly rules: KindRules<T>
}

/** What may be asked of a resource. */
export type Verb = 'create' | 'get' | 'list' | 'watch' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** One version of a kind, as it is served. */
export interface KindVersion<T extends KubeObject = KubeObject> {
  /** `v1`. */
  readonly name: string
  readonly served: boolean
  readonly deprecated?: { readonly warning: string }
  /** Of the whole object: apiVersion, kind, metadata and the rest. Made when first asked for. */
  readonly schema: () => TypeSchema
  readonly columns: readonly Column<T>[]
  /** What a row of a table says besides its cells: `kubectl get` may leave out a pod that is done. */
  rowConditions?(object: T): readonly RowCondition[]
  /**
   * Annotations that Kubernetes adds as it turns its own form into this version. Whole objects have them; tables
   * and metadata alone do not.
   */
  readonly convertedAnnotations?: readonly string[]
  readonly subresources: Subresources
  /** Custom resources say which of their fields may be selected; built-in kinds have functions in {@link KindRules}. */
  readonly selectableFields?: readonly string[]
  /** Fills in what Kubernetes fills in for this version beyond the schema's own `default`s. */
  default?(object: T): void
  /**
   * How this version shows an object that was stored under a schema of another day, or of another version; still in the
   * stored version. Absent when it shows what is stored. Pure: answers a new object.
   */
  readonly read?: (stored: KubeObject) => KubeObject
  /** To and from {@link Kind.storedAs}; absent when only `apiVersion` differs. Pure: answers a new object. */
  readonly convert?: {
    readonly toStored: (object: KubeObject) => KubeObject
    readonly fromStored: (object: KubeObject) => KubeObject
  }
}

/** What can be reached below one object, beside the object itself. */
export interface Subresources {
  /** Status is written by itself: a write of the object leaves it alone, and the other way round. */
  readonly status?: true
  readonly scale?: ScaleSubresource
  /** Whatever else there is; the server has a handler for each by its name: binding, eviction, token. */
  readonly others?: readonly OwnSubresource[]
}

/** How the object is seen as an autoscaling/v1 Scale. Paths are like `.spec.replicas`. */
export interface ScaleSubresource {
  readonly replicasPath: string
  readonly statusReplicasPath: string
  /** Absent when pods are not chosen by labels. The value there is a selector's text, or a LabelSelector. */
  readonly selectorPath?: string
}

/** A subresource with a kind of its own. Group and version are those of the kind when absent. */
export interface OwnSubresource {
  readonly name: string
  readonly kind: string
  readonly group?: string
  readonly version?: string
  readonly verbs: readonly (Verb | 'connect')[]
  /** A write through it is one of the status: the approval of a CertificateSigningRequest. Else the status stays. */
  readonly writesStatus?: true
}

/** What a rule may know besides the object. */
export interface RuleContext {
  /** `status` for a write through /status, empty for the object itself. */
  readonly subresource: string
  /** Who asks; CertificateSigningRequest records it. */
  readonly user?: {
    readonly username: string
    readonly uid?: string
    readonly groups: readonly string[]
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
  /** RFC 3339, whole seconds, UTC. */
  readonly now: string
  /** The version that was asked for; custom resources keep the rules of that one. The stored version when absent. */
  readonly version?: string
  /** In {@link KindRules.validate} of an update: what is there. Custom resources let pass what was wrong and is unchanged. */
  readonly old?: KubeObject
  /** Pods of this cluster are processes of one machine: addresses of its loopback may be endpoints. */
  readonly isLoopback?: boolean
  /** In {@link KindRules.validate}: for the client, beside the answer. */
  readonly warn?: (warning: string) => void
}

/**
 * The rules of one kind. They see the stored version of it. Methods, so that rules for a Deployment are rules for an
 * object: who calls them has looked up the kind by the object's own type.
 */
export interface KindRules<T extends KubeObject = KubeObject> {
  /**
   * `spec`: metadata.generation counts changes of the spec (and the deletion). `all`: of everything but metadata and
   * status, as for custom resources. `none`: there is no generation.
   */
  readonly generation: 'spec' | 'all' | 'none'
  /** Update may create what is not there: Lease, Node's status of old. Default false. */
  readonly createOnUpdate?: boolean
  /** An update without resourceVersion is applied to what is there. Default true; false answers 422. */
  readonly unconditionalUpdate?: boolean
  /** A client may say the status at creation, though it is a subresource: Node. */
  readonly createsStatus?: true
  /** How metadata.name must look. Default: a DNS subdomain. */
  readonly name?: 'dns-subdomain' | 'dns-label' | 'dns-1035-label' | 'path-segment' | ((name: string) => string[])
  /** Resets what a client may not say at creation: status, and server-owned fields. */
  prepareForCreate?(object: T, context: RuleContext): void
  /** Carries over from `old` what a client may not change by this kind of write (besides status, which the server does). */
  prepareForUpdate?(object: T, old: T, context: RuleContext): void
  validate?(object: T, context: RuleContext): FieldError[]
  /** What may not change. The server also calls {@link validate} on the new object, as Kubernetes does. */
  validateUpdate?(object: T, old: T, context: RuleContext): FieldError[]
  /** Told to the client in Warning headers. */
  warnings?(object: T, old?: T): string[]
  /** Fields beside metadata.name and metadata.namespace that a field selector may name. */
  readonly selectableFields?: readonly string[]
  /** The value of one of them, in the words of a selector; empty when it is not set. */
  fieldOf?(object: T, field: string): string
  /** DELETE answers with the object as it was last, not with a Status. `unpublished`: OpenAPI says that it does not. */
  readonly returnsDeleted?: true | 'unpublished'
  /**
   * What becomes of dependents when a DELETE does not say; they are deleted when absent. `unsupported` never waits for
   * them, whatever a DELETE says: Event.
   */
  readonly dependents?: 'delete' | 'orphan' | 'unsupported'
  /** The warning for a DELETE that does not say what becomes of dependents: Job. */
  readonly dependentsWarning?: string
  /** What keeps an object that is to go, besides the finalizers of its metadata: those in a Namespace's spec. */
  isHeld?(object: T): boolean
  /** What an object says of itself once it is to go: a Namespace is Terminating. */
  whenMarked?(object: T, isFirst: boolean): void
  /** Seconds of grace at deletion, for kinds that have it: Pod. 0 deletes at once. */
  deletionGrace?(object: T, asked: number | undefined): number
}
