/** The shop as a buyer and as an operator meet it: real processes, real sockets, a real disk. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findPython, freePorts, SERVICES, type ServiceProcess, startService } from './testing.ts'

const place = mkdtempSync(join(tmpdir(), 'muster-shop-'))
const python = findPython()
const running = new Map<string, ServiceProcess>()
const env: Record<string, string> = {
  DATA_DIR: place,
  PAYMENT_KEY: 'key',
  SHOP_RESTOCK: 'true',
  DRAIN_MS: '300',
  DRAIN_MORE_MS: '100',
}

before(async () => {
  const ports = await freePorts(SERVICES.length)
  for (const [at, name] of SERVICES.entries()) {
    // Half of them as Kubernetes tells it, half as one address.
    if (at % 2 === 0) env[`${name.toUpperCase()}_URL`] = `http://127.0.0.1:${ports[at]}`
    else {
      env[`${name.toUpperCase()}_SERVICE_HOST`] = '127.0.0.1'
      env[`${name.toUpperCase()}_SERVICE_PORT`] = String(ports[at])
    }
  }
  await Promise.all(SERVICES.map(async (name, at) => running.set(name, await start(name, ports[at] ?? 0))))
})

after(async () => {
  for (const { child } of running.values()) child.kill('SIGKILL')
  rmSync(place, { recursive: true, force: true })
})

const start = (name: string, port: number) =>
  startService(name, { ...env, PORT: String(port) }, name === 'ratings' ? python : undefined)
const urlOf = (name: string): string => running.get(name)?.url ?? ''
const WEB = () => urlOf('web')

async function restart(name: string): Promise<void> {
  running.set(name, await start(name, Number(new URL(urlOf(name)).port)))
}

/** A browser with a cookie, which follows where a form leads. */
function browser() {
  let cookie = ''
  return async (path: string, form?: Readonly<Record<string, string>>) => {
    const response = await fetch(new URL(path, WEB()), {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie, 'accept-language': 'en' },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return { status: response.status, text: await response.text(), location: response.headers.get('location') ?? '' }
  }
}

async function buy(visit: ReturnType<typeof browser>, product: string): Promise<string> {
  equal((await visit('/cart', { product })).status, 303)
  const [, order = ''] = /name="order" value="([^"]+)"/.exec((await visit('/cart')).text) ?? []
  const bought = await visit('/checkout', { order })
  equal(bought.status, 303, bought.text)
  equal(bought.location, `/orders/${order}`)
  return order
}

test('a buyer looks, chooses and buys, and pressing twice buys once', async () => {
  const visit = browser()
  const shop = await visit('/')
  equal(shop.status, 200)
  equal(shop.text.match(/<svg /g)?.length, 8, 'every product has its picture')
  equal(shop.text.match(/✔ ready/g)?.length, 7, 'all that stands behind is ready')
  match(shop.text, /100 left/)
  const order = await buy(visit, 'kite')
  match((await visit(`/orders/${order}`)).text, /Thank you! .*[\s\S]*1 × kite[\s\S]*€15\.00/)
  equal((await visit('/checkout', { order })).status, 303)
  match((await visit('/')).text, /Kite[\s\S]*?99 left/)
  match((await visit('/cart')).text, /The cart is empty/)
  equal((await visit('/orders/no-such')).status, 404)
})

test('it speaks the language that the reader asks for', async () => {
  const title = async (wish: string) => {
    const { text } = await fetch(WEB(), { headers: { 'accept-language': wish } }).then(async (r) => ({
      text: await r.text(),
    }))
    return /<title>(.*)<\/title>/.exec(text)?.[1]
  }
  deepEqual(
    [await title('zh-CN,zh;q=0.9,en;q=0.8'), await title('de, en;q=0.5, zh;q=0.1'), await title('zh;q=0, en')],
    ['小店', 'The Shop', 'The Shop'],
  )
})

test('what costs too much is refused, and what was set aside is given back', async () => {
  const visit = browser()
  for (let count = 0; count < 20; count++) await visit('/cart', { product: 'lamp' })
  const [, order = ''] = /name="order" value="([^"]+)"/.exec((await visit('/cart')).text) ?? []
  equal((await visit('/checkout', { order })).status, 402)
  match((await visit('/')).text, /Lamp[\s\S]*?100 left/)
  const stranger = await fetch(`${urlOf('payment')}/payments/x`, { method: 'PUT', body: '1' })
  equal(stranger.status, 401)
})

test('every service tells its health and its metrics, and can be made slow, wrong and not ready', async () => {
  for (const name of SERVICES) {
    const get = (path: string) => fetch(`${urlOf(name)}${path}`)
    const set = (switches: unknown) =>
      fetch(`${urlOf(name)}/switches`, { method: 'PUT', body: JSON.stringify(switches) })
    equal((await get('/healthz')).status, 200, name)
    equal((await get('/readyz')).status, 200, name)
    equal((await get('/nothing')).status, 404, name)
    const metrics = await (await get('/metrics')).text()
    match(metrics, new RegExp(`http_requests_total\\{service="${name}",route="GET /healthz",code="200"\\} \\d+`), name)
    match(metrics, /http_request_duration_seconds_bucket\{.*le="\+Inf"\} \d+/, name)
    match(metrics, /^process_resident_memory_bytes\{.*\} [1-9]\d+$/m, name)

    equal((await set({ errorShare: 2 })).status, 400, name)
    equal((await set({ errorShare: 1 })).status, 200, name)
    const path = {
      db: '/values',
      catalog: '/products',
      stock: '/stock',
      ratings: '/ratings',
      web: '/',
      orders: '/orders',
    }
    const one = name === 'cart' ? '/carts/x' : name === 'payment' ? '/payments/x' : path[name]
    equal((await get(one)).status, 500, name)
    equal((await get('/healthz')).status, 200, `${name}: switches leave health alone`)
    await set({ errorShare: 0, delayMs: 150 })
    const began = performance.now()
    await get(one)
    ok(performance.now() - began >= 140, name)
    await set({ delayMs: 0, notReady: true })
    equal((await get('/readyz')).status, 503, name)
    await set({ notReady: false })
  }
})

test('without ratings and stock the page is drawn all the same, and says what is missing', async () => {
  for (const name of ['ratings', 'stock']) {
    running.get(name)?.child.kill('SIGKILL')
    await running.get(name)?.ended
  }
  const { status, text } = await browser()('/')
  equal(status, 200)
  match(text, /no ratings now · stock unknown/)
  equal(text.match(/✖ not ready/g)?.length, 2)
  await restart('ratings')
  await restart('stock')
})

test('buyers rate, and the twins of Python and Node tell the same', async () => {
  const rate = (url: string, stars: unknown) =>
    fetch(`${url}/ratings/boat`, { method: 'POST', body: JSON.stringify(stars) })
  equal((await rate(urlOf('ratings'), 1)).status, 200)
  equal((await rate(urlOf('ratings'), 6)).status, 400)
  const twin = await startService('ratings', { ...env, PORT: '0' })
  const tell = async (url: string) => (await (await fetch(`${url}/ratings?products=boat,cup`)).json()) as object
  const without = (found: object) =>
    Object.entries(found).map(([name, { average, count }]) => [name, average, count] as const)
  try {
    deepEqual(without(await tell(urlOf('ratings'))), [
      ['boat', 3.3, 3],
      ['cup', 4.5, 2],
    ])
    deepEqual(without(await tell(twin.url)), without(await tell(urlOf('ratings'))))
  } finally {
    twin.child.kill('SIGTERM')
    equal(await twin.ended, 0)
  }
})

test('the database is killed in the midst of orders, and none that was acknowledged is lost', async () => {
  const acknowledged: string[] = []
  let going = true
  const buyers = Array.from({ length: 6 }, async () => {
    const visit = browser()
    while (going) {
      const product = 'cup'
      if ((await visit('/cart', { product })).status !== 303) continue
      const [, order = ''] = /name="order" value="([^"]+)"/.exec((await visit('/cart')).text) ?? []
      if (order && (await visit('/checkout', { order })).status === 303) acknowledged.push(order)
    }
  })
  for (let kill = 0; kill < 4; kill++) {
    const before = acknowledged.length
    while (acknowledged.length < before + 3) await new Promise((resolve) => setTimeout(resolve, 5))
    running.get('db')?.child.kill('SIGKILL')
    await running.get('db')?.ended
    // What a crash of the machine would leave of a write that nobody was told of.
    appendFileSync(join(place, 'shop.log'), '01234567 {"key":"torn')
    await restart('db')
  }
  going = false
  await Promise.all(buyers)
  ok(acknowledged.length >= 12)
  for (const order of acknowledged) equal((await browser()(`/orders/${order}`)).status, 200, order)
})

test('damage in the midst of the file is refused, not cut off', async () => {
  const folder = mkdtempSync(join(place, 'damaged-'))
  const file = join(folder, 'shop.log')
  const lines = readFileSync(join(place, 'shop.log'), 'utf8').split('\n')
  writeFileSync(file, lines.with(1, (lines[1] ?? '').replace('"key"', '"kex"')).join('\n'))
  const size = statSync(file).size
  const failed = await startService('db', { ...env, DATA_DIR: folder, PORT: '0' }).catch((error) => error)
  ok(failed instanceof TypeError)
  equal(statSync(file).size, size)
})

test('SIGTERM under load loses no request', { timeout: 30_000 }, async () => {
  const second = await startService('web', { ...env, PORT: '0', DRAIN_MORE_MS: '5000' })
  const load = spawn(process.execPath, [
    join(import.meta.dirname, 'load.js'),
    ...['--url', WEB(), '--url', second.url, '--rate', '60', '--seconds', '4'],
  ])
  let out = ''
  let err = ''
  load.stdout.setEncoding('utf8').on('data', (words: string) => {
    out += words
  })
  load.stderr.setEncoding('utf8').on('data', (words: string) => {
    err += words
  })
  const ended = once(load, 'exit')
  try {
    await new Promise((resolve) => setTimeout(resolve, 1200))
    // A page, and the services behind it that a page cannot be without, one after the other.
    second.child.kill('SIGTERM')
    equal(await second.ended, 0)
    for (const name of ['cart', 'catalog', 'orders']) {
      running.get(name)?.child.kill('SIGTERM')
      equal(await running.get(name)?.ended, 0, name)
      await restart(name)
    }
    const [exit] = await ended
    const summary: Record<string, number> = JSON.parse(out)
    equal(summary.failed, 0, out)
    equal(exit, 0)
    ok((summary.requests ?? 0) > 150 && (summary.orders ?? 0) > 10 && (summary.passedOver ?? 0) > 0, out)
    ok(err.split('\n').filter((line) => /\d+ requests {2}0 failed/.test(line)).length >= 3, err)
  } finally {
    load.kill('SIGKILL')
    second.child.kill('SIGKILL')
  }
})
