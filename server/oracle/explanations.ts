/** Every recorded answer that Muster gives otherwise, by its cause. The conformance test keeps it true both ways. */
import type { Explanation } from './explain.ts'

/** By cause: what is meant so first. Steps are counted from 1, those that prepare included. */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    about: '500 for an error of the client',
    is: 'meant',
    why: 'Kubernetes answers 500 for what the client got wrong; Muster answers 4xx.',
    answers: {
      'deletes › ConfigMap › waits for its finalizers': [14],
      'lists › ConfigMap › is read as of a version': [13],
      'patches › Deployment › strategic patch: lists by key': [4],
      'patches › Deployment › strategic patch: deletion by directive': [5],
      'patches › Deployment › strategic patch: replacement by directive': [5, 6],
      'patches › Deployment › strategic patch: order of elements': [4],
      'patches › Deployment › strategic patch: what it refuses': [5],
      'watches › ConfigMap › is watched': [21],
      'watches › ConfigMap › is watched from its beginning': [21],
    },
  },
  {
    about: 'what controllers do',
    is: 'meant',
    why: 'The recorded kube-apiserver ran without controllers. Muster collects garbage by itself, so what is to be orphaned, or has no owner any more, is so when it is asked for again.',
    answers: {
      'apply › ConfigMap › is owned field by field': [14],
      'batch › Job › is listed and deleted by collection': [7],
      'deletes › Deployment › is deleted with what it owns, or without': [8, 14],
      'patches › ConfigMap › merge patch': [17, 18],
      'workloads › ReplicationController › is listed and deleted by collection': [7],
    },
  },
  {
    about: 'its own health checks',
    is: 'meant',
    why: 'Muster names what it checks: its store, not etcd; and has none of the hooks that kube-apiserver runs when it starts.',
    answers: {
      'discovery › Health › is told': [4, 5, 6, 8, 10],
    },
  },
  {
    about: 'its own version',
    is: 'meant',
    why: 'gitVersion says v1.36.1+muster.VERSION, so that nobody takes Muster for kube-apiserver; clients read the same major, minor and patch.',
    answers: {
      'discovery › Health › is told': [13, 14, 22],
      'kubectl › kubectl › looks around': [1],
    },
  },
  {
    about: 'details of discovery',
    is: 'meant',
    why: 'A few hashes of stored versions tell that Kubernetes still keeps those kinds as v1beta1; Muster keeps v1. The list of paths at / names what Muster serves, and discovery of one group is not offered in protobuf.',
    answers: {
      'discovery › Discovery › of groups and versions': [26, 27, 38],
      'errors › ConfigMap › is asked for at bad paths': [20],
    },
  },
  {
    about: 'how much of a stream came in time',
    is: 'meant',
    why: 'The recorder left a watch that nobody ends, or whose second was over: Muster had sent more by then, its first events or a bookmark.',
    answers: {
      'lists › ConfigMap › is listed by odd queries': [21],
      'watches › ConfigMap › is watched from its beginning': [20],
    },
  },
  {
    about: 'errors in YAML',
    is: 'meant',
    why: 'Errors are always JSON, and a watch cannot be asked for in YAML.',
    answers: {
      'lists › ConfigMap › is given other forms': [20],
      'watches › ConfigMap › is watched': [30],
    },
  },
  {
    about: 'metadata of the wrong form',
    is: 'meant',
    why: 'Asked for the metadata of one object where there are many, or the other way round, Muster gives what fits.',
    answers: {
      'lists › ConfigMap › is given other forms': [16, 17],
    },
  },
  {
    about: 'watches that cannot begin',
    is: 'meant',
    why: 'History is kept for long, so an old version is resumed rather than refused; a version of the future is refused at once.',
    answers: {
      'watches › ConfigMap › is watched': [20, 22],
    },
  },
  {
    about: 'the token of the recorded administrator',
    is: 'meant',
    why: "The case reviews the administrator's own token, which has another text in each server.",
    answers: {
      'identity › TokenReview › tells whose token it is': [1],
    },
  },
  {
    about: 'nodes that are not there',
    is: 'meant',
    why: 'Nobody runs this node: kube-apiserver looked for its address and answers 500, Muster says 503 at once.',
    answers: {
      'cluster › Node › has a status, a scale of none, a proxy': [11],
    },
  },
  {
    about: 'the object in the error of a patch',
    is: 'owed',
    why: 'Kubernetes writes the patched object into its error in an order of its own; Muster in that of the object.',
    answers: {
      'patches › ConfigMap › JSON patch': [19],
      'patches › ConfigMap › merge patch': [11, 12, 14],
      'patches › Deployment › strategic patch: what it refuses': [2, 3, 4],
      'patches › ConfigMap › unknown fields: Strict': [6, 7, 8, 9],
    },
  },
  {
    about: 'texts of a YAML parser',
    is: 'owed',
    why: "Kubernetes repeats the words of Go's parser of YAML; the library that Muster uses has words of its own.",
    answers: {
      'apply › ConfigMap › says what it expects': [21, 26],
      'errors › ConfigMap › is sent in bad bodies': [29],
    },
  },
  {
    about: 'OpenAPI v3',
    is: 'owed',
    why: 'The index leaves out paths of no resource, so they are not found; documents say default values and references in a shorter form.',
    answers: {
      'discovery › OpenAPI › is listed and found': [1, 3, 4, 5, 6],
    },
  },
  {
    about: 'small texts',
    is: 'owed',
    why: 'One word of the message or its details differs.',
    answers: {
      'core › ComponentStatus › is still listed': [1],
      'identity › Role › lets one do some things': [18],
      'lists › ConfigMap › is listed by odd queries': [10],
      'workloads › Deployment › refuses wrong updates': [5],
    },
  },
  {
    about: 'more errors after the first of their kind',
    is: 'owed',
    why: 'A name that is wrong in two ways, or a text too long and wrong: Kubernetes says both, Muster the first.',
    answers: {
      'apply › ConfigMap › has its managed fields written': [6],
      'patches › ConfigMap › JSON patch': [14],
      'patches › ConfigMap › merge patch': [9],
    },
  },
  {
    about: 'APIServices',
    is: 'owed',
    why: 'Muster serves all groups itself and keeps no APIService for each of them.',
    answers: {
      'cluster › APIService › stands for an API': [1, 2, 8],
    },
  },
  {
    about: 'YAML as Go prints it',
    is: 'owed',
    why: 'A key of one dot is quoted, and long texts are folded elsewhere: the same document in other bytes.',
    answers: {
      'lists › ConfigMap › is given other forms': [7, 9, 19],
    },
  },
  {
    about: 'lists of the past',
    is: 'owed',
    why: 'A page of an exact version does not say how many are left.',
    answers: {
      'lists › ConfigMap › is listed by pages': [14],
      'lists › ConfigMap › is read as of a version': [6],
    },
  },
  {
    about: 'names from nothing',
    is: 'owed',
    why: "A LimitRange without a name is given one made of a uid: Kubernetes takes another than the object's own, Muster the same.",
    answers: {
      'core › LimitRange › is refused when wrong': [2],
    },
  },
  {
    about: 'selectors of events.k8s.io',
    is: 'owed',
    why: 'Fields are selected by the names of the core group alone.',
    answers: {
      'core › Event › is one object in two groups': [20],
    },
  },
]
