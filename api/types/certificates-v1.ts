/** The types of certificates-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { ListMeta, Time } from './meta-v1.ts'

/** CertificateSigningRequest objects provide a mechanism to obtain x509 certificates by submitting a certificate signing request, and having it asynchronously approved and issued. */
export interface CertificateSigningRequest extends KubeObject {
  apiVersion: 'certificates.k8s.io/v1'
  kind: 'CertificateSigningRequest'
  spec: CertificateSigningRequestSpec
  status?: CertificateSigningRequestStatus
}

/** CertificateSigningRequestCondition describes a condition of a CertificateSigningRequest object. */
export interface CertificateSigningRequestCondition {
  lastTransitionTime?: Time
  lastUpdateTime?: Time
  message?: string
  reason?: string
  status: string
  type: string
}

/** CertificateSigningRequestList is a collection of CertificateSigningRequest objects. */
export interface CertificateSigningRequestList {
  apiVersion: 'certificates.k8s.io/v1'
  items: CertificateSigningRequest[]
  kind: 'CertificateSigningRequestList'
  metadata?: ListMeta
}

/** CertificateSigningRequestSpec contains the certificate request. */
export interface CertificateSigningRequestSpec {
  expirationSeconds?: number
  extra?: Record<string, string[]>
  groups?: string[]
  request: string
  signerName: string
  uid?: string
  usages?: string[]
  username?: string
}

/** CertificateSigningRequestStatus contains conditions used to indicate approved/denied/failed status of the request, and the issued certificate. */
export interface CertificateSigningRequestStatus {
  certificate?: string
  conditions?: CertificateSigningRequestCondition[]
}
