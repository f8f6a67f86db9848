/** The types of networking-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { TypedLocalObjectReference } from './core-v1.ts'
import type { Condition, IntOrString, LabelSelector, ListMeta } from './meta-v1.ts'

/** HTTPIngressPath associates a path with a backend. */
export interface HTTPIngressPath {
  backend: IngressBackend
  path?: string
  pathType: string
}

/** HTTPIngressRuleValue is a list of http selectors pointing to backends. */
export interface HTTPIngressRuleValue {
  paths: HTTPIngressPath[]
}

/** IPAddress represents a single IP of a single IP Family. */
export interface IPAddress extends KubeObject {
  apiVersion: 'networking.k8s.io/v1'
  kind: 'IPAddress'
  spec: IPAddressSpec
}

/** IPAddressList contains a list of IPAddress. */
export interface IPAddressList {
  apiVersion: 'networking.k8s.io/v1'
  items: IPAddress[]
  kind: 'IPAddressList'
  metadata?: ListMeta
}

/** IPAddressSpec describe the attributes in an IP Address. */
export interface IPAddressSpec {
  parentRef: ParentReference
}

/** IPBlock describes a particular CIDR (Ex. */
export interface IPBlock {
  cidr: string
  except?: string[]
}

/** Ingress is a collection of rules that allow inbound connections to reach the endpoints defined by a backend. */
export interface Ingress extends KubeObject {
  apiVersion: 'networking.k8s.io/v1'
  kind: 'Ingress'
  spec?: IngressSpec
  status?: IngressStatus
}

/** IngressBackend describes all endpoints for a given service and port. */
export interface IngressBackend {
  resource?: TypedLocalObjectReference
  service?: IngressServiceBackend
}

/** IngressClass represents the class of the Ingress, referenced by the Ingress Spec. */
export interface IngressClass extends KubeObject {
  apiVersion: 'networking.k8s.io/v1'
  kind: 'IngressClass'
  spec?: IngressClassSpec
}

/** IngressClassList is a collection of IngressClasses. */
export interface IngressClassList {
  apiVersion: 'networking.k8s.io/v1'
  items: IngressClass[]
  kind: 'IngressClassList'
  metadata?: ListMeta
}

/** IngressClassParametersReference identifies an API object. */
export interface IngressClassParametersReference {
  apiGroup?: string
  kind: string
  name: string
  namespace?: string
  scope?: string
}

/** IngressClassSpec provides information about the class of an Ingress. */
export interface IngressClassSpec {
  controller?: string
  parameters?: IngressClassParametersReference
}

/** IngressList is a collection of Ingress. */
export interface IngressList {
  apiVersion: 'networking.k8s.io/v1'
  items: Ingress[]
  kind: 'IngressList'
  metadata?: ListMeta
}

/** IngressLoadBalancerIngress represents the status of a load-balancer ingress point. */
export interface IngressLoadBalancerIngress {
  hostname?: string
  ip?: string
  ports?: IngressPortStatus[]
}

/** IngressLoadBalancerStatus represents the status of a load-balancer. */
export interface IngressLoadBalancerStatus {
  ingress?: IngressLoadBalancerIngress[]
}

/** IngressPortStatus represents the error condition of a service port. */
export interface IngressPortStatus {
  error?: string
  port: number
  protocol: string
}

/** IngressRule represents the rules mapping the paths under a specified host to the related backend services. */
export interface IngressRule {
  host?: string
  http?: HTTPIngressRuleValue
}

/** IngressServiceBackend references a Kubernetes Service as a Backend. */
export interface IngressServiceBackend {
  name: string
  port?: ServiceBackendPort
}

/** IngressSpec describes the Ingress the user wishes to exist. */
export interface IngressSpec {
  defaultBackend?: IngressBackend
  ingressClassName?: string
  rules?: IngressRule[]
  tls?: IngressTLS[]
}

/** IngressStatus describe the current state of the Ingress. */
export interface IngressStatus {
  loadBalancer?: IngressLoadBalancerStatus
}

/** IngressTLS describes the transport layer security associated with an ingress. */
export interface IngressTLS {
  hosts?: string[]
  secretName?: string
}

/** NetworkPolicy describes what network traffic is allowed for a set of Pods. */
export interface NetworkPolicy extends KubeObject {
  apiVersion: 'networking.k8s.io/v1'
  kind: 'NetworkPolicy'
  spec?: NetworkPolicySpec
}

/** NetworkPolicyEgressRule describes a particular set of traffic that is allowed out of pods matched by a NetworkPolicySpec's podSelector. */
export interface NetworkPolicyEgressRule {
  ports?: NetworkPolicyPort[]
  to?: NetworkPolicyPeer[]
}

/** NetworkPolicyIngressRule describes a particular set of traffic that is allowed to the pods matched by a NetworkPolicySpec's podSelector. */
export interface NetworkPolicyIngressRule {
  from?: NetworkPolicyPeer[]
  ports?: NetworkPolicyPort[]
}

/** NetworkPolicyList is a list of NetworkPolicy objects. */
export interface NetworkPolicyList {
  apiVersion: 'networking.k8s.io/v1'
  items: NetworkPolicy[]
  kind: 'NetworkPolicyList'
  metadata?: ListMeta
}

/** NetworkPolicyPeer describes a peer to allow traffic to/from. */
export interface NetworkPolicyPeer {
  ipBlock?: IPBlock
  namespaceSelector?: LabelSelector
  podSelector?: LabelSelector
}

/** NetworkPolicyPort describes a port to allow traffic on. */
export interface NetworkPolicyPort {
  endPort?: number
  port?: IntOrString
  protocol?: string
}

/** NetworkPolicySpec provides the specification of a NetworkPolicy. */
export interface NetworkPolicySpec {
  egress?: NetworkPolicyEgressRule[]
  ingress?: NetworkPolicyIngressRule[]
  podSelector?: LabelSelector
  policyTypes?: string[]
}

/** ParentReference describes a reference to a parent object. */
export interface ParentReference {
  group?: string
  name: string
  namespace?: string
  resource: string
}

/** ServiceBackendPort is the service port being referenced. */
export interface ServiceBackendPort {
  name?: string
  number?: number
}

/** ServiceCIDR defines a range of IP addresses using CIDR format (e.g. 192.168.0.0/24 or 2001:db2::/64). */
export interface ServiceCIDR extends KubeObject {
  apiVersion: 'networking.k8s.io/v1'
  kind: 'ServiceCIDR'
  spec?: ServiceCIDRSpec
  status?: ServiceCIDRStatus
}

/** ServiceCIDRList contains a list of ServiceCIDR objects. */
export interface ServiceCIDRList {
  apiVersion: 'networking.k8s.io/v1'
  items: ServiceCIDR[]
  kind: 'ServiceCIDRList'
  metadata?: ListMeta
}

/** ServiceCIDRSpec define the CIDRs the user wants to use for allocating ClusterIPs for Services. */
export interface ServiceCIDRSpec {
  cidrs?: string[]
}

/** ServiceCIDRStatus describes the current state of the ServiceCIDR. */
export interface ServiceCIDRStatus {
  conditions?: Condition[]
}
