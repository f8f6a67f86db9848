/** The types of authentication-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { Time } from './meta-v1.ts'

/** BoundObjectReference is a reference to an object that a token is bound to. */
export interface BoundObjectReference {
  apiVersion?: string
  kind?: string
  name?: string
  uid?: string
}

/** SelfSubjectReview contains the user information that the kube-apiserver has about the user making this request. */
export interface SelfSubjectReview extends KubeObject {
  apiVersion: 'authentication.k8s.io/v1'
  kind: 'SelfSubjectReview'
  status?: SelfSubjectReviewStatus
}

/** SelfSubjectReviewStatus is filled by the kube-apiserver and sent back to a user. */
export interface SelfSubjectReviewStatus {
  userInfo?: UserInfo
}

/** TokenRequest requests a token for a given service account. */
export interface TokenRequest extends KubeObject {
  apiVersion: 'authentication.k8s.io/v1'
  kind: 'TokenRequest'
  spec?: TokenRequestSpec
  status?: TokenRequestStatus
}

/** TokenRequestSpec contains client provided parameters of a token request. */
export interface TokenRequestSpec {
  audiences?: string[]
  boundObjectRef?: BoundObjectReference
  expirationSeconds?: number
}

/** TokenRequestStatus is the result of a token request. */
export interface TokenRequestStatus {
  expirationTimestamp?: Time
  token?: string
}

/** TokenReview attempts to authenticate a token to a known user. */
export interface TokenReview extends KubeObject {
  apiVersion: 'authentication.k8s.io/v1'
  kind: 'TokenReview'
  spec: TokenReviewSpec
  status?: TokenReviewStatus
}

/** TokenReviewSpec is a description of the token authentication request. */
export interface TokenReviewSpec {
  audiences?: string[]
  token: string
}

/** TokenReviewStatus is the result of the token authentication request. */
export interface TokenReviewStatus {
  audiences?: string[]
  authenticated?: boolean
  error?: string
  user?: UserInfo
}

/** UserInfo holds the information about the user needed to implement the user.Info interface. */
export interface UserInfo {
  extra?: Record<string, string[]>
  groups?: string[]
  uid?: string
  username?: string
}
