import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { encodeGnostic } from './gnostic.ts'
import type { OpenApiV2 } from './v2.ts'

const LAMPS: OpenApiV2 = {
  swagger: '2.0',
  info: { title: 'Lamps', version: 'v1' },
  paths: {
    '/lamps/{name}': {
      get: {
        consumes: ['*/*'],
        description: 'read',
        operationId: 'readLamp',
        produces: ['application/json', 'application/yaml'],
        responses: {
          '200': { description: 'OK', schema: { $ref: '#/definitions/Lamp' } },
          '401': { description: 'Unauthorized' },
        },
        schemes: ['https'],
        tags: ['lamps_v1'],
      },
      put: {
        consumes: ['*/*'],
        description: 'replace',
        operationId: 'replaceLamp',
        parameters: [
          { in: 'body', name: 'body', required: true, schema: { $ref: '#/definitions/Lamp' } },
          { description: 'dry', in: 'query', name: 'dryRun', type: 'string', uniqueItems: true },
        ],
        produces: ['application/json'],
        responses: { '200': { description: 'OK', schema: { type: 'string' } } },
        schemes: ['https'],
        tags: ['lamps_v1'],
      },
      parameters: [
        {
          description: 'name of the Lamp',
          in: 'path',
          name: 'name',
          required: true,
          type: 'string',
          uniqueItems: true,
        },
      ],
    },
  },
  definitions: {
    Lamp: {
      description: 'A lamp.',
      type: 'object',
      required: ['size', 'lit'],
      properties: {
        size: { type: 'integer', format: 'int32', minimum: 1, maximum: 9, exclusiveMaximum: true, description: 'ü' },
        lit: { type: 'boolean' },
        wicks: {
          type: 'array',
          items: { type: 'string', maxLength: 63, minLength: 1, pattern: '^a$' },
          maxItems: 3,
          minItems: 1,
          uniqueItems: true,
        },
        labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 5, minProperties: 1 },
        open: { type: 'object', additionalProperties: true },
        ratio: { type: 'number', multipleOf: 0.5 },
      },
    },
  },
  security: [{ BearerToken: [] }],
  securityDefinitions: { BearerToken: { description: 'Bearer', in: 'header', name: 'authorization', type: 'apiKey' } },
}

// What gnostic itself makes of it: openapi_v2.ParseDocument of the JSON, then proto.Marshal, gnostic-models v0.7.0.
const GNOSTIC = [
  'CgMyLjASCwoFTGFtcHMSAnYxQokDEoYDCg0vbGFtcHMve25hbWV9EvQCEowBCghsYW1wc192MRoEcmVhZCoIcmVhZExhbXAyEGFw',
  'cGxpY2F0aW9uL2pzb24yEGFwcGxpY2F0aW9uL3lhbWw6AyovKkpACiUKAzIwMBIeChwKAk9LEhYKFAoSIy9kZWZpbml0aW9ucy9M',
  'YW1wChcKAzQwMRIQCg4KDFVuYXV0aG9yaXplZFIFaHR0cHMarwEKCGxhbXBzX3YxGgdyZXBsYWNlKgtyZXBsYWNlTGFtcDIQYXBw',
  'bGljYXRpb24vanNvbjoDKi8qQigKJgokEgRib2R5GgRib2R5IAEqFAoSIy9kZWZpbml0aW9ucy9MYW1wQiUKIxIhGh8SBXF1ZXJ5',
  'GgNkcnkiBmRyeVJ1bjIGc3RyaW5noAEBSh4KHAoDMjAwEhUKEwoCT0sSDQoLsgEICgZzdHJpbmdSBWh0dHBzSjEKLxItIisIARIE',
  'cGF0aBoQbmFtZSBvZiB0aGUgTGFtcCIEbmFtZSoGc3RyaW5nmAEBSpYCCpMCCgRMYW1wEooCIgdBIGxhbXAumgEEc2l6ZZoBA2xp',
  'dLIBCAoGb2JqZWN0ygHlAQozCgRzaXplEisSBWludDMyIgLDvDkAAAAAAAAiQEABSQAAAAAAAPA/sgEJCgdpbnRlZ2VyChMKA2xp',
  'dBIMsgEJCgdib29sZWFuCjMKBXdpY2tzEipwA3gBgAEBsgEHCgVhcnJheboBFgoUWD9gAWoDXmEksgEICgZzdHJpbmcKKwoGbGFi',
  'ZWxzEiGIAQWQAQGqAQ0KC7IBCAoGc3RyaW5nsgEICgZvYmplY3QKGAoEb3BlbhIQqgECEAGyAQgKBm9iamVjdAodCgVyYXRpbxIU',
  'MQAAAAAAAOA/sgEICgZudW1iZXJiEQoPCgtCZWFyZXJUb2tlbhIAajoKOAoLQmVhcmVyVG9rZW4SKRInCgZhcGlLZXkSDWF1dGhv',
  'cml6YXRpb24aBmhlYWRlciIGQmVhcmVy',
].join('')

test('a document is byte for byte what gnostic makes of its JSON', () => {
  equal(Buffer.from(encodeGnostic(LAMPS)).toString('base64'), GNOSTIC)
})

test('extensions are texts of YAML beside their names, in operations and in schemas', () => {
  const kind = [{ group: 'example.com', kind: 'Lamp', version: 'v1' }]
  const bytes = Buffer.from(
    encodeGnostic({
      ...LAMPS,
      paths: { '/lamps': { get: { 'x-kubernetes-action': 'list' } } },
      definitions: { Lamp: { 'x-kubernetes-group-version-kind': kind } },
    }),
  )
  // NamedAny { name = 1, value = 2 Any { yaml = 2 } }
  const named = (name: string, yaml: string) => {
    const inner = Buffer.concat([Buffer.of(0x12, yaml.length), Buffer.from(yaml)])
    return Buffer.concat([Buffer.of(0x0a, name.length), Buffer.from(name), Buffer.of(0x12, inner.length), inner])
  }
  ok(bytes.includes(named('x-kubernetes-action', '"list"')))
  ok(bytes.includes(named('x-kubernetes-group-version-kind', JSON.stringify(kind))))
})
