/** What kubectl 1.33 said when one connection was forwarded, recorded, over each of its protocols; and the old channels. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { duplexPair, pump } from '@muster/base/byte-duplex.ts'
import { ControlError } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { recorded } from '../testing/pieces.ts'
import { openWebSocket } from '../websocket/connection.ts'
import { tunnelIn } from '../websocket/tunnel.ts'
import { forwardOverSpdy } from './over-spdy.ts'
import { forwardOverWebSocket, portsIn } from './over-websocket.ts'

const OVER_SPDY = Buffer.from(
  'gAMAAQAAAD8AAAABAAAAAAAAePnjxqfCAiU6cDorKUpNzIUWJaypoICGFMtFoCTMamxhaAxKoJxFkHjMBKVvRgMAAAAA//8AAAABAQAAAIADAAEAAAAYAAAAAwAAAAAAAMKqG1QQJRKhGQAAAP//AAAAAwAAABNHRVQgL3ggSFRUUC8xLjANCg0KAAAAAwEAAAA=',
  'base64',
)
/** Each message of it is cut where kubectl cut it. */
const IN_TUNNEL = Buffer.from(
  'goKhdlu9IXWCguMF1j3jBIKEQMEqBkDBKjmChK47zLeuO8y2goStMjFRrTIxUYKBp9CaEaeCgcEfzUHBgrUgabUVWJBW04ertzAaIUxOJCMeueZ/M9OA/X1MJOAFWXAr0yEgTnCHgr1xSUgAdo8q474VIGm16t+ChM6c2krOnNpLgoRxi4g/cIuIP4KA9/8INoKCww6YxkMNgoLZr4z82a6ChO66B+Puugf5goT4awS6+GsEuYKEaHTlGWh05RmCgRtrcPobgoFiFfSQYoKQy1DZMUm6n6TJRZ24j8jQMctQJs6ChKOLgFOji4BQgoT07Voe9O1aDYKT40UMZaQAWEXMPSwttxFcStJrPGjpSAaChDwaS9E8GkvSgoTq+qZy6/qmcoKA50RKfQ==',
  'base64',
)

/** A pod that sends back what it is sent, with a mark before it. */
function echoPod() {
  const opened: number[] = []
  const heard: string[] = []
  const open = async (port: number) => {
    if (port === 1) throw new ControlError('Unavailable', 'connection refused')
    opened.push(port)
    const [here, there] = duplexPair()
    void there.send(Buffer.from('echo: ')).then(() =>
      pump(there.received, (bytes) => {
        heard.push(Buffer.from(bytes).toString())
        return there.send(bytes)
      }).then(there.end, () => {}),
    )
    return here
  }
  return { opened, heard, source: { pod: { name: 'web', uid: 'u1' }, open } }
}

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 60))

for (const pieceBytes of [1, 4096]) {
  test(`over SPDY, in pieces of ${pieceBytes}`, async () => {
    const { opened, heard, source } = echoPod()
    const { duplex, sent } = recorded(OVER_SPDY, pieceBytes, soon())
    await forwardOverSpdy(duplex, source, systemClock)
    deepEqual(opened, [38131])
    equal(heard.join(''), 'GET /x HTTP/1.0\r\n\r\n')
    match(sent().toString('latin1'), /echo: .*G.*E.*T/s)
  })

  test(`over SPDY in a WebSocket, in pieces of ${pieceBytes}`, async () => {
    const { opened, heard, source } = echoPod()
    const { duplex, sent } = recorded(IN_TUNNEL, pieceBytes, soon())
    await forwardOverSpdy(tunnelIn(openWebSocket(duplex), duplex), source, systemClock)
    deepEqual(opened, [38131])
    equal(heard.join(''), 'GET /x HTTP/1.0\r\n\r\n')
    match(sent().toString('latin1'), /echo: .*G.*E.*T/s)
  })
}

test('over channels: each begins with its port, and a port that is closed says why', async () => {
  const { source } = echoPod()
  const mask = [0, 0, 0, 0]
  const said = Buffer.from([0x82, 0x80 | 3, ...mask, 0, 0x68, 0x69])
  const { duplex, sent } = recorded(said, 4096, soon())
  await forwardOverWebSocket(duplex, 'v4.channel.k8s.io', [0x1234, 1], source)
  const text = sent().toString('latin1')
  for (const part of ['\x82\x03\x00\x34\x12', '\x82\x03\x01\x34\x12', '\x82\x03\x02\x01\x00', '\x82\x03\x03\x01\x00']) {
    equal(text.includes(part), true, JSON.stringify(part))
  }
  equal(text.includes('\x00hi'), true)
  equal(text.includes('\x03error forwarding port 1 to pod web, uid u1: connection refused'), true)
})

test('ports of a query', () => {
  deepEqual(portsIn(new URLSearchParams('ports=80,443&ports=8080')), [80, 443, 8080])
  for (const wrong of ['', 'ports=', 'ports=0', 'ports=65536', 'ports=x']) {
    let message = ''
    try {
      portsIn(new URLSearchParams(wrong))
    } catch (error) {
      message = error instanceof Error ? error.message : ''
    }
    match(message, /port/, wrong)
  }
})
