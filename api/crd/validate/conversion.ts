/** How a definition's versions become each other. Source: apiextensions validation.go; apiserver pkg/util/webhook. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import { check1035Label, checkPortNumber, checkSubdomain } from '../../names.ts'
import { parseRequestUri } from '../../schema/formats/uri.ts'
import type { CustomResourceConversion, ServiceReference, WebhookClientConfig } from '../../types/apiextensions-v1.ts'

/** The versions of ConversionReview that Kubernetes speaks. */
const REVIEW_VERSIONS: readonly string[] = ['v1', 'v1beta1']

/** What is wrong with the conversion. That no webhook is called yet is told where one would be, not here. */
export function validateConversion(conversion: CustomResourceConversion | undefined, path: FieldPath): FieldError[] {
  if (!conversion) return []
  const { strategy, webhook } = conversion
  const config = webhook?.clientConfig
  const reviewVersions = webhook?.conversionReviewVersions ?? []
  const place = child(path, 'webhookClientConfig')
  if (strategy !== 'Webhook') {
    return [
      ...validateStrategy(strategy, child(path, 'strategy')),
      ...(config ? [forbidden(place, NOT_WEBHOOK)] : []),
      ...(reviewVersions.length > 0 ? [forbidden(child(path, 'conversionReviewVersions'), NOT_WEBHOOK)] : []),
    ]
  }
  return [
    ...(config ? validateClient(config, place) : [required(place, 'required when strategy is set to Webhook')]),
    ...validateReviewVersions(reviewVersions, child(path, 'conversionReviewVersions')),
  ]
}

const NOT_WEBHOOK = 'should not be set when strategy is not set to Webhook'

function validateStrategy(strategy: string, path: FieldPath): FieldError[] {
  if (strategy === '') return [required(path)]
  return strategy === 'None' ? [] : [notSupported(path, strategy, ['None', 'Webhook'])]
}

/** What is wrong with where a webhook is: its URL, or a service; one of them. Admission's webhooks keep the same rules. */
export function validateClient({ url, service }: WebhookClientConfig, path: FieldPath): FieldError[] {
  if ((url === undefined) === (service === undefined))
    return [required(path, 'exactly one of url or service is required')]
  if (url !== undefined) return validateUrl(url, child(path, 'url'))
  return service ? validateService(service, child(path, 'service')) : []
}

const FORM = '; desired format: https://host[/path]'

function validateUrl(url: string, path: FieldPath): FieldError[] {
  const [whole = '', ...fragment] = url.split('#')
  const [address = '', ...query] = whole.split('?')
  // Without a scheme nearly everything is an address, if only a relative one.
  const uri = parseRequestUri(address) ?? (/^[^:%]*$/.test(address) ? { scheme: '', host: '' } : undefined)
  if (!uri) return [required(path, `url must be a valid URL: ${url}${FORM}`)]
  const user = /^[^/]*\/\/([^/]*)@/.exec(address)?.[1]
  return [
    ...(uri.scheme === 'https' ? [] : [invalid(path, uri.scheme, `'https' is the only allowed URL scheme${FORM}`)]),
    ...(uri.host === '' ? [invalid(path, uri.host, `host must be specified${FORM}`)] : []),
    ...(user === undefined ? [] : [invalid(path, user, 'user information is not permitted in the URL')]),
    ...(fragment.join('') === '' ? [] : [invalid(path, fragment.join('#'), 'fragments are not permitted in the URL')]),
    ...(query.join('') === '' ? [] : [invalid(path, query.join('?'), 'query parameters are not permitted in the URL')]),
  ]
}

function validateService(
  { name, namespace, path: urlPath, port = 443 }: ServiceReference,
  path: FieldPath,
): FieldError[] {
  const why = checkPortNumber(port)
  return [
    // Kubernetes names the one where it misses the other.
    ...(namespace === '' ? [required(child(path, 'name'))] : []),
    ...(name === '' ? [required(child(path, 'namespace'))] : []),
    ...(why.length > 0 ? [invalid(child(path, 'port'), port, `port is not valid: ${why.join(', ')}`)] : []),
    ...(urlPath === undefined ? [] : validateUrlPath(urlPath, child(path, 'path'))),
  ]
}

function validateUrlPath(urlPath: string, path: FieldPath): FieldError[] {
  if (urlPath === '' || urlPath === '/') return []
  if (urlPath === '//') return [invalid(path, urlPath, 'segment[0] may not be empty')]
  const steps = urlPath.slice(1).replace(/\/$/, '').split('/')
  return [
    ...(urlPath.startsWith('/') ? [] : [invalid(path, urlPath, "must start with a '/'")]),
    ...steps.flatMap((step, at) =>
      step === ''
        ? [invalid(path, urlPath, `segment[${at}] may not be empty`)]
        : checkSubdomain(step).map((why) => invalid(path, urlPath, `segment[${at}]: ${why}`)),
    ),
  ]
}

function validateReviewVersions(versions: readonly string[], path: FieldPath): FieldError[] {
  if (versions.length === 0) return [required(path)]
  const errors = versions.flatMap((version, at) =>
    versions.indexOf(version) < at
      ? [invalid(index(path, at), version, 'duplicate version')]
      : check1035Label(version).map((why) => invalid(index(path, at), version, why)),
  )
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return errors
  return [...errors, invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)]
}
