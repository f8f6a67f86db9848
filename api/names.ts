/**
 * How names must look. Each `check…` answers what is wrong with a text, in the words of Kubernetes; nothing when it is
 * right. `Subdomain` and `Label` are those of DNS; a label of an object is a `LabelKey` and a `LabelValue`.
 *
 * Source: apimachinery pkg/util/validation and pkg/api/validate/content. The two count length in different words
 * (characters, bytes) though both mean bytes; which one speaks is part of the message.
 */
import { byteLength } from './go-text.ts'

/** The longest name of an object that is a subdomain of DNS. Source: RFC 1123. */
export const SUBDOMAIN_BYTES_MAX = 253
/** The longest label of DNS. Source: RFC 1123. */
export const LABEL_BYTES_MAX = 63

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const SUBDOMAIN_WORDS =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"

/** A subdomain of DNS in lower case: the name of most objects. */
export const checkSubdomain = check(SUBDOMAIN, SUBDOMAIN_WORDS, ['example.com'], SUBDOMAIN_BYTES_MAX)

/** A subdomain of DNS in lower case that may have underscores. */
export const checkSubdomainWithUnderscore = check(
  '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*',
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  ['example.com'],
  SUBDOMAIN_BYTES_MAX,
)

/** A subdomain of DNS under a wildcard: `*.example.com`. */
export const checkWildcardSubdomain = check(
  `\\*\\.${SUBDOMAIN}`,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  ['*.example.com'],
  SUBDOMAIN_BYTES_MAX,
)

const checkLabelForm = check(
  LABEL,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  ['my-name', '123-abc'],
)

/** A label of DNS in lower case: a namespace, a container. */
export const checkLabel = (value: string): string[] => [
  ...checkLength(value, LABEL_BYTES_MAX, 'characters'),
  ...(checkSubdomainForm(value).length === 0 && value.includes('.')
    ? ['must not contain dots']
    : checkLabelForm(value)),
]

const checkSubdomainForm = check(SUBDOMAIN, SUBDOMAIN_WORDS, ['example.com'])

/** A label of DNS that starts with a letter: a Service of old. Source: RFC 1035. */
export const check1035Label = check(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  ['my-name', 'abc-123'],
  LABEL_BYTES_MAX,
)

const checkKeyName = check(
  LABEL_KEY,
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ['MyName', 'my.name', '123-abc'],
)

/** The key of a label, of an annotation (in lower case), a finalizer: a name with an optional prefix, `example.com/name`. */
export function checkLabelKey(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2) {
    return [
      `a valid label key ${checkKeyName('')[0]} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const [prefix, name = ''] = parts.length === 2 ? parts : [undefined, value]
  const ofPrefix = prefix === undefined ? [] : prefix === '' ? ['must be non-empty'] : checkKeyPrefix(prefix)
  const ofName = name === '' ? ['must be non-empty'] : checkLength(name, LABEL_BYTES_MAX, 'bytes')
  return [
    ...ofPrefix.map((complaint) => `prefix part ${complaint}`),
    ...[...ofName, ...checkKeyName(name)].map((complaint) => `name part ${complaint}`),
  ]
}

const checkKeyPrefix = (prefix: string): string[] => [
  ...checkLength(prefix, SUBDOMAIN_BYTES_MAX, 'bytes'),
  ...checkSubdomainForm(prefix),
]

const checkLabelValueForm = check(
  `(${LABEL_KEY})?`,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ['MyValue', 'my_value', '12345'],
)

/** The value of a label; it may be empty. */
export const checkLabelValue = (value: string): string[] => [
  ...checkLength(value, LABEL_BYTES_MAX, 'bytes'),
  ...checkLabelValueForm(value),
]

/** An identifier of C. */
export const checkCIdentifier = check(
  '[A-Za-z_][A-Za-z0-9_]*',
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  ['my_name', 'MY_NAME', 'MyName'],
)

/** The name of a header of HTTP. */
export const checkHttpHeaderName = check(
  '[-A-Za-z0-9]+',
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  ['X-Header-Name'],
)

/** A whole number of percent: `25%`. */
export const checkPercent = check(
  '[0-9]+%',
  "a valid percent string must be a numeric string followed by an ending '%'",
  ['1%', '93%'],
)

/** The reason of a condition: `MinimumReplicasAvailable`. Length is not checked. */
export const checkConditionReason = check(
  '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?',
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  ['my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB'],
)

const checkEnvVarNameForm = check(
  '[-._a-zA-Z][-._a-zA-Z0-9]*',
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
  ['my.env-name', 'MY_ENV.NAME', 'MyEnvName1'],
)

/** The name of an environment variable, as strict as it was before Kubernetes 1.30. */
export const checkEnvVarName = (value: string): string[] => [...checkEnvVarNameForm(value), ...checkParentPath(value)]

/** The name of an environment variable: printable ASCII without `=`. */
export const checkRelaxedEnvVarName = (value: string): string[] => [
  ...(value === '' ? ['environment variable name must be non-empty'] : []),
  ...(/^[ -<>-~]*$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]),
]

const checkConfigMapKeyForm = check(
  '[-._a-zA-Z0-9]+',
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  ['key.name', 'KEY_NAME', 'key-name'],
  SUBDOMAIN_BYTES_MAX,
)

/** A key of a ConfigMap or Secret: it becomes the name of a file. */
export const checkConfigMapKey = (value: string): string[] => [
  ...checkConfigMapKeyForm(value),
  ...checkParentPath(value),
]

/** The name of a port: at most 15 of `a-z`, `0-9` and `-`, with a letter among them. Source: RFC 6335. */
export const checkPortName = (value: string): string[] => [
  ...checkLength(value, 15, 'characters'),
  ...(/^[-a-z0-9]+$/.test(value) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
  ...(/[a-z]/.test(value) ? [] : ['must contain at least one letter (a-z)']),
  ...(value.includes('--') ? ['must not contain consecutive hyphens'] : []),
  ...(value.startsWith('-') || value.endsWith('-') ? ['must not begin or end with a hyphen'] : []),
]

/** A number from `low` to `high`, both included. */
export const checkRange = (value: number, low: number, high: number): string[] =>
  low <= value && value <= high ? [] : [`must be between ${low} and ${high}, inclusive`]

/** The number of a port. */
export const checkPortNumber = (value: number): string[] => checkRange(value, 1, 65535)

/** The number of a user or group of Unix. */
export const checkUnixId = (value: number): string[] => checkRange(value, 0, 2 ** 31 - 1)

/** A whole number as people write it: no sign `+`, no leading zeros. */
export function checkDecimalInteger(value: string): string[] {
  if (value === '') return ['must be non-empty']
  return /^(0|-?[1-9][0-9]*)$/.test(value) ? [] : ['must be a valid decimal integer in canonical form']
}

/** A name that stands between two slashes of a path. Neither length nor emptiness is checked. */
export const checkPathSegment = (name: string): string[] =>
  name === '.' || name === '..' ? [`may not be '${name}'`] : checkPathSegmentPrefix(name)

/** The beginning of a name that stands between two slashes of a path. */
export const checkPathSegmentPrefix = (name: string): string[] =>
  !name.includes('/') && !name.includes('%')
    ? []
    : ['/', '%'].filter((refused) => name.includes(refused)).map((refused) => `may not contain '${refused}'`)

/** What breaks a form, as Kubernetes says it, two spaces and all: the rule, examples, the pattern. */
export function sayPattern(words: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}'`).join(',  or ')
  return `${words} (${shown === '' ? '' : `e.g. ${shown}, `}regex used for validation is '${pattern}')`
}

function check(pattern: string, words: string, examples: readonly string[], bytesMax?: number) {
  const expression = new RegExp(`^${pattern}$`)
  const complaint = sayPattern(words, pattern, ...examples)
  return (value: string): string[] => {
    const isRight = expression.test(value)
    // Whatever is right is ASCII, so that characters are bytes.
    if (isRight && (bytesMax === undefined || value.length <= bytesMax)) return []
    return [
      ...(bytesMax === undefined ? [] : checkLength(value, bytesMax, 'characters')),
      ...(isRight ? [] : [complaint]),
    ]
  }
}

const checkLength = (value: string, bytesMax: number, unit: 'characters' | 'bytes'): string[] =>
  byteLength(value) > bytesMax ? [`must be no more than ${bytesMax} ${unit}`] : []

function checkParentPath(value: string): string[] {
  if (value === '.' || value === '..') return [`must not be '${value}'`]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}
