/**
 * The tests of sig-api-machinery that are not run, and those that fail, each with its reason. The check keeps the second
 * table true both ways: what fails needs a reason, and what has one must fail. docs/conformance.md is printed from both.
 */

/** Tests and why they are here. */
export interface Reason {
  readonly about: string
  /** `meant` so, or `owed`. */
  readonly is: 'meant' | 'owed'
  readonly why: string
  /** Regular expressions over whole names. */
  readonly tests: readonly string[]
}

/** What is not run. */
export const NOT_RUN: readonly Reason[] = [
  {
    about: 'programs in pods',
    is: 'meant',
    why: 'The test starts a webhook, an API server or another program in a pod, by an image. Nodes of Muster run programs of their machine, and pull none.',
    tests: [
      'AdmissionWebhook',
      'CustomResourceConversionWebhook',
      'CustomResourceFieldSelectors',
      'Aggregator Should be able to support the 1\\.17 Sample API Server',
      'clients remain compatible with the 1\\.17 sample-apiserver',
      'should contain OpenAPI V3 for Aggregated APIServer',
    ],
  },
  {
    about: 'volumes that somebody makes',
    is: 'meant',
    why: 'The test waits until a claim is bound, which a driver of storage does.',
    tests: ['against a pvc with different volume attributes class'],
  },
  {
    about: 'features that are off',
    is: 'meant',
    why: 'Kubernetes has them off, too, unless somebody asks for them: coordinated leader election and StorageVersion.',
    tests: ['CoordinatedLeaderElection', 'StorageVersion resources'],
  },
  {
    about: 'Leases of API servers',
    is: 'owed',
    why: 'Each kube-apiserver has a Lease that tells who it is; the test restarts one on a machine of GCE, and is skipped elsewhere. Muster has no such Leases.',
    tests: ['kube-apiserver identity'],
  },
  {
    about: 'tests that may fail anywhere',
    is: 'meant',
    why: 'Kubernetes marks them as flaky, or skips them itself until they are mended.',
    tests: ['\\[Flaky\\]', "requests can't be drowned out"],
  },
  {
    about: 'harm done to etcd',
    is: 'meant',
    why: 'The test logs in to a machine and kills etcd there. Muster has no etcd; its own tests kill it.',
    tests: ['Etcd failure'],
  },
  {
    about: 'history that is lost soon',
    is: 'meant',
    why: 'The test waits up to ten minutes for a page of a list to expire. Muster keeps history for longer, so the list goes on as it was.',
    tests: ['should support continue listing from the last key if the original version has been compacted away'],
  },
]

/** What is run, and fails. */
export const FAILING: readonly Reason[] = [
  {
    about: 'whole numbers beyond 2^53',
    is: 'meant',
    why: 'The test writes 9223372036854775807 into a custom resource. Muster refuses whole numbers that it could not give back exactly.',
    tests: ['watch on custom resource definition objects'],
  },
  {
    about: 'its own health checks',
    is: 'meant',
    why: 'Muster names what it checks: its store, not etcd; and has none of the hooks that kube-apiserver runs when it starts.',
    tests: ['health handlers should contain necessary checks'],
  },
]
