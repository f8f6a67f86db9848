import { deepEqual, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { parseGoStructs } from './go-source.ts'
import { parseProto } from './proto-source.ts'
import { protobufTable } from './protobuf-table.ts'
import { readPublishedTypes } from './published.ts'

const GO = parseGoStructs(`
// A lamp.
type Lamp struct {
	metav1.TypeMeta \`json:",inline"\`
	metav1.ObjectMeta \`json:"metadata,omitempty" protobuf:"bytes,1,opt,name=metadata"\`
	// Not a field: \`json:"x" protobuf:"bytes,9,opt"\`
	// +default="small"
	// See \`size\`.
	Size string \`json:"size,omitempty" protobuf:"bytes,3,opt,name=size"\`
	Wick  \`json:",inline" protobuf:"bytes,2,opt,name=wick"\`
	Lit *bool \`json:"lit" protobuf:"varint,4,opt,name=lit"\`
	Since metav1.Time \`json:"since,omitempty,omitzero" protobuf:"bytes,5,opt,name=since"\`
	Tags map[string]Extra \`json:"tags,omitempty" protobuf:"bytes,6,rep,name=tags"\`
	Key []byte \`json:"key,omitempty" protobuf:"bytes,7,opt,name=key"\`
	Parts []Wick \`json:"parts" protobuf:"bytes,8,rep,name=parts"\`
}

type Wick struct {
	// +default=0
	Length int32 \`json:"length,omitempty" protobuf:"varint,1,opt,name=length"\`
}

type Extra []string
`)

const PROTO = `
package k8s.io.api_lamps.v1;
message Lamp {
  optional .k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta metadata = 1;

  // A comment.
  optional string size = 3;
  optional Wick wick = 2;
  optional bool lit = 4;
  optional .k8s.io.apimachinery.pkg.apis.meta.v1.Time since = 5;
  map<string, Extra> tags = 6;
  optional bytes key = 7;
  repeated Wick parts = 8;
}

message Wick {
  optional int32 length = 1;
}

// A list.
message Extra {
  repeated string items = 1;
}

message Time {
  optional int64 seconds = 1;
}
`

const LAMPS = 'io.k8s.api-lamps.v1'

test('the table joins what protobuf and Go say of each field', () => {
  deepEqual(protobufTable([{ messages: parseProto(PROTO), structs: GO }]), {
    [`${LAMPS}.Extra`]: ['1 * list string keep'],
    [`${LAMPS}.Lamp`]: [
      '1 metadata value io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta keep',
      `2 ^ value ${LAMPS}.Wick`,
      '3 size value string',
      '4 lit pointer bool keep',
      '5 since value io.k8s.apimachinery.pkg.apis.meta.v1.Time',
      `6 tags map ${LAMPS}.Extra`,
      '7 key pointer bytes',
      `8 parts list ${LAMPS}.Wick keep`,
    ],
    [`${LAMPS}.Wick`]: ['1 length value int32'],
  })
})

test('what the two do not agree on is refused', () => {
  const table = (proto: string) => protobufTable([{ messages: parseProto(`package a;\n${proto}`), structs: GO }])
  throws(() => table('message Wick {\n  optional string colour = 2;\n}\n'), /field 2 in protobuf and not in Go/)
  throws(() => table('message Oil {\n  optional string colour = 1;\n}\n'), /a message that no struct explains/)
  throws(() => table('message Wick {\n  optional float length = 1;\n}\n'), /type float, which no codec here knows/)
})

test('of published defaults those stay that are meant: marked in Go, or no zero value', () => {
  const name = 'io.k8s.api.apps.v1.Lamp'
  const { schemas, descriptions } = readPublishedTypes(
    [
      {
        group: 'apps',
        version: 'v1',
        paths: {},
        schemas: {
          [name]: {
            description: 'A lamp.',
            type: 'object',
            properties: {
              size: { type: 'string', default: '', description: 'How large.' },
              length: { type: 'integer', default: 0 },
              colour: { type: 'string', default: 'red' },
              lit: { type: 'boolean', default: false },
              wick: { allOf: [{ $ref: '#/components/schemas/a.Wick' }], default: {}, description: 'It burns.' },
              parts: { type: 'array', items: { allOf: [{ $ref: '#/components/schemas/a.Wick' }], default: {} } },
            },
          },
        },
      },
    ],
    () => GO,
  )
  deepEqual(schemas[name], {
    type: 'object',
    properties: {
      size: { type: 'string', default: '' },
      length: { type: 'integer', default: 0 },
      colour: { type: 'string', default: 'red' },
      lit: { type: 'boolean' },
      wick: { $ref: 'a.Wick' },
      parts: { type: 'array', items: { $ref: 'a.Wick' } },
    },
  })
  deepEqual(descriptions[name], ['A lamp.', { size: 'How large.', wick: 'It burns.' }])
})
