/**
 * What admission is asked: may this write be, and as what?
 *
 *     mutating steps, in order ──► the object as it is to be ──► the kind's own rules ──► validating steps
 *
 * Source: apiserver pkg/admission (Attributes, MutationInterface, ValidationInterface).
 */
import type { Kind } from '@muster/api/kind.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Instant } from '@muster/base/clock.ts'
import type { Guard } from '@muster/store/store.ts'
import type { User } from '../auth/user.ts'

/** What kind of write it is. */
export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** One write, on its way. */
export interface AdmissionRequest {
  readonly cluster: string
  readonly operation: AdmissionOperation
  readonly kind: Kind
  readonly namespace: string
  /** Empty for a create whose name the server makes up. */
  readonly name: string
  /** Empty for the object itself. */
  readonly subresource: string
  /** As it is to be; absent for DELETE. Mutating steps change it. In the stored version. */
  readonly object?: KubeObject
  /** As it is; absent for CREATE. Never changed. */
  readonly old?: KubeObject
  readonly user: User
  readonly dryRun: boolean
  readonly now: Instant
  /** Told to the client in Warning headers. */
  readonly warnings: string[]
}

/** Objects of the same logical cluster, as steps read them: from memory, so perhaps a moment late. Guards make up for it. */
export interface AdmissionReads {
  /** The newest known version, with its revision, and the key it is kept under; undefined when there is none. */
  find(
    resource: { readonly group: string; readonly plural: string },
    namespace: string,
    name: string,
  ): Promise<Found | undefined>
  list(
    resource: { readonly group: string; readonly plural: string },
    namespace?: string,
  ): Promise<readonly KubeObject[]>
}

/** An object and where it is kept. */
export interface Found {
  readonly object: KubeObject
  readonly guard: Guard
}

/** One step of the chain. Throws the error that the client gets when the write may not be. */
export interface AdmissionStep {
  readonly name: string
  handles(request: AdmissionRequest): boolean
  mutate?(request: AdmissionRequest, reads: AdmissionReads): Promise<void> | void
  /** Answers what must still hold when the write is committed. */
  validate?(request: AdmissionRequest, reads: AdmissionReads): Promise<readonly Guard[]> | readonly Guard[]
}
