import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ControlError, ERRORS, type ErrorCode } from '@muster/base/errors.ts'
import { invalid as invalidField, required } from './field-error.ts'
import * as status from './status.ts'

const pods = { group: '', resource: 'pods' }
const deployments = { group: 'apps', resource: 'deployments' }
const nothing = { group: '', resource: '' }

// What apimachinery v0.36.1 prints for the same calls, drawn from a run of it.
const PRINTED: readonly [ControlError, ErrorCode, string][] = [
  [
    status.notFound(pods, 'x'),
    'NotFound',
    '"message":"pods \\"x\\" not found","reason":"NotFound","details":{"name":"x","kind":"pods"},"code":404',
  ],
  [
    status.alreadyExists(deployments, 'x'),
    'AlreadyExists',
    '"message":"deployments.apps \\"x\\" already exists","reason":"AlreadyExists","details":{"name":"x","group":"apps","kind":"deployments"},"code":409',
  ],
  [
    status.generatedNameExists(deployments, 'x'),
    'AlreadyExists',
    '"message":"deployments.apps \\"x\\" already exists, the server was not able to generate a unique name for the object","reason":"AlreadyExists","details":{"name":"x","group":"apps","kind":"deployments","retryAfterSeconds":1},"code":409',
  ],
  [status.unauthorized(), 'Unauthorized', '"message":"not authorized","reason":"Unauthorized","code":401'],
  [
    status.forbidden(nothing, '', 'no'),
    'Forbidden',
    '"message":"forbidden: no","reason":"Forbidden","details":{},"code":403',
  ],
  [
    status.forbidden(deployments, '', 'no'),
    'Forbidden',
    '"message":"deployments.apps is forbidden: no","reason":"Forbidden","details":{"group":"apps","kind":"deployments"},"code":403',
  ],
  [
    status.forbidden(deployments, 'x', 'no'),
    'Forbidden',
    '"message":"deployments.apps \\"x\\" is forbidden: no","reason":"Forbidden","details":{"name":"x","group":"apps","kind":"deployments"},"code":403',
  ],
  [
    status.conflict(deployments, 'x', 'why'),
    'Conflict',
    '"message":"Operation cannot be fulfilled on deployments.apps \\"x\\": why","reason":"Conflict","details":{"name":"x","group":"apps","kind":"deployments"},"code":409',
  ],
  [status.applyConflict([], 'm'), 'Conflict', '"message":"m","reason":"Conflict","details":{},"code":409'],
  [status.gone('m'), 'Gone', '"message":"m","reason":"Gone","code":410'],
  [status.expired('m'), 'Gone', '"message":"m","reason":"Expired","code":410'],
  [status.badRequest('m'), 'BadRequest', '"message":"m","reason":"BadRequest","code":400'],
  [
    status.tooManyRequests('m', 10),
    'TooManyRequests',
    '"message":"m","reason":"TooManyRequests","details":{"retryAfterSeconds":10},"code":429',
  ],
  [status.overloaded('m'), 'TooManyRequests', '"message":"Too many requests: m","reason":"TooManyRequests","code":429'],
  [status.serviceUnavailable('m'), 'Unavailable', '"message":"m","reason":"ServiceUnavailable","code":503'],
  [
    status.methodNotAllowed(deployments, 'delete'),
    'MethodNotAllowed',
    '"message":"delete is not supported on resources of kind \\"deployments.apps\\"","reason":"MethodNotAllowed","details":{"group":"apps","kind":"deployments"},"code":405',
  ],
  [
    status.serverTimeout(deployments, 'list', 2),
    'Timeout',
    '"message":"The list operation against deployments.apps could not be completed at this time, please try again.","reason":"ServerTimeout","details":{"name":"list","group":"apps","kind":"deployments","retryAfterSeconds":2},"code":500',
  ],
  [
    status.internal('m'),
    'Internal',
    '"message":"Internal error occurred: m","reason":"InternalError","details":{"causes":[{"message":"m"}]},"code":500',
  ],
  [status.timeout('m'), 'Timeout', '"message":"Timeout: m","reason":"Timeout","details":{},"code":504'],
  [
    status.tooLargeResourceVersion(5, 3, 1),
    'RevisionAhead',
    '"message":"Timeout: Too large resource version: 5, current: 3","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504',
  ],
  [
    status.tooLarge('m'),
    'TooLarge',
    '"message":"Request entity too large: m","reason":"RequestEntityTooLarge","code":413',
  ],
  [
    status.unprocessable('why'),
    'Invalid',
    '"message":"the server rejected our request due to an error in our request","reason":"Invalid","details":{},"code":422',
  ],
  [
    status.invalid({ group: 'apps', kind: 'Deployment' }, 'x', [required('spec'), invalidField('', 1, 'no')]),
    'Invalid',
    '"message":"Deployment.apps \\"x\\" is invalid: [spec: Required value, <nil>: Invalid value: 1: no]","reason":"Invalid","details":{"name":"x","group":"apps","kind":"Deployment","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec"},{"reason":"FieldValueInvalid","message":"Invalid value: 1: no","field":"<nil>"}]},"code":422',
  ],
  [
    status.invalid({ group: '', kind: '' }, '', []),
    'Invalid',
    '"message":" \\"\\" is invalid","reason":"Invalid","details":{},"code":422',
  ],
  [
    status.notAcceptable(['a/b', 'c/d']),
    'NotAcceptable',
    '"message":"only the following media types are accepted: a/b, c/d","reason":"NotAcceptable","code":406',
  ],
  [
    status.notAcceptableAs('meta.k8s.io/v1, Kind=Table', ['a/b']),
    'NotAcceptable',
    '"message":"only the following media types are accepted when converting to meta.k8s.io/v1, Kind=Table: a/b","reason":"NotAcceptable","code":406',
  ],
  [
    status.unsupportedMediaType(['a/b']),
    'UnsupportedMediaType',
    '"message":"the body of the request was in an unknown format - accepted media types include: a/b","reason":"UnsupportedMediaType","code":415',
  ],
]

for (const [error, code, printed] of PRINTED) {
  test(`${code}: ${error.message}`, () => {
    assert.equal(error.code, code)
    const whole = `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",${printed}}`
    assert.equal(JSON.stringify(status.statusOf(error)), whole)
    const back = status.errorOf(status.statusOf(error))
    assert.equal(back.code, code)
    assert.equal(back.message, error.message)
    assert.equal(JSON.stringify(status.statusOf(back)), whole)
  })
}

test('an error without a Status gets one by its code', () => {
  for (const code of Object.keys(ERRORS).filter((name): name is ErrorCode => name in ERRORS)) {
    const said = status.statusOf(new ControlError(code, 'm'))
    assert.equal(said.code, ERRORS[code].http)
    assert.equal(said.message, 'm')
    assert.equal(status.errorOf(said).message, 'm')
  }
})

test('what is no operating error is a fault of the server', () => {
  for (const thrown of [new TypeError('m'), 'm']) {
    const said = status.statusOf(thrown)
    assert.equal(said.code, 500)
    assert.equal(said.message, 'Internal error occurred: m')
  }
})

test('a Status without a known reason is read by its code', () => {
  const codes = [
    [404, 'NotFound'],
    [409, 'Conflict'],
    [418, 'BadRequest'],
    [502, 'Internal'],
  ] as const
  for (const [http, code] of codes) {
    const said = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: http } as const
    assert.equal(status.errorOf(said).code, code)
  }
})

test('a cause is kept for those who run the server', () => {
  assert.equal(status.unprocessable('no such path').cause, 'no such path')
})

test('a deletion names what is no more', () => {
  assert.equal(
    JSON.stringify(status.deleted(pods, 'x', 'u')),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"x","kind":"pods","uid":"u"}}',
  )
})
