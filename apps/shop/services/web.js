/**
 * shop-web: the page. It asks the others and draws; what it cannot learn it leaves out, and says so.
 *
 *     GET /   GET /cart   POST /cart   POST /cart/remove   POST /checkout   GET /orders/ID   GET /behind
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { call } from '../lib/call.js'
import { Refusal, serve } from '../lib/service.js'
import { cartPage, orderPage, shopPage, sorryPage } from '../page/page.js'
import { wordsFor } from '../page/words.js'

/** @typedef {import('../lib/service.js').Request} Request */
/** @typedef {import('../lib/service.js').Answer} Answer */
/** @typedef {import('../page/page.js').Product} Product */

const { SHOP_CURRENCY, SHOP_BANNER, SHOP_VERSION, POD_NAME } = process.env
const BEHIND = ['catalog', 'cart', 'orders', 'payment', 'stock', 'ratings', 'db']

/** Without the rest of them a page is drawn that says less; so long is waited for each, in milliseconds. */
const PATIENCE_MS = 400

serve('web', {
  'GET /': page(async (request, id) => {
    const [products, behind, cart] = await Promise.all([goods(), lookBehind(), cartOf(id).catch(() => ({}))])
    return { html: shopPage(frameOf(request, cart), products, behind) }
  }),
  'GET /behind': async () => ({ json: await lookBehind() }),
  'GET /cart': page(async (request, id) => {
    const [products, cart] = await Promise.all([catalog(), cartOf(id)])
    const lines = products.flatMap((product) => {
      const count = cart[product.id]
      return count === undefined ? [] : [{ product, count }]
    })
    return { html: cartPage(frameOf(request, cart), lines, randomUUID()) }
  }),
  'POST /cart': page(async ({ text }, id) => {
    const product = fieldOf(text, 'product')
    const count = (await cartOf(id))[product] ?? 0
    await put('cart', `/carts/${id}/${encodeURIComponent(product)}`, count + 1)
    return seeOther('/')
  }),
  'POST /cart/remove': page(async ({ text }, id) => {
    await put('cart', `/carts/${id}/${encodeURIComponent(fieldOf(text, 'product'))}`, 0)
    return seeOther('/cart')
  }),
  'POST /checkout': page(async ({ text }, id) => {
    const order = fieldOf(text, 'order')
    if (!UUID.test(order)) throw new Refusal(400, 'an order is named by a UUID')
    await put('orders', `/orders/${order}`, { cart: id })
    return seeOther(`/orders/${order}`)
  }),
  'GET /orders/:id': page(async (request, id) => {
    const order = await told('orders', `/orders/${encodeURIComponent(request.names.id ?? '')}`)
    return { html: orderPage(frameOf(request, await cartOf(id).catch(() => ({}))), /** @type {any} */ (order)) }
  }),
})

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * A handler that knows whose cart it is, and whose failures are pages too.
 *
 * @param {(request: Request, id: string) => Promise<Answer>} draw
 * @returns {(request: Request) => Promise<Answer>}
 */
function page(draw) {
  return async (request) => {
    const [, known] = /(?:^|;\s*)shop=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.cookie ?? '') ?? []
    const id = known ?? randomUUID()
    const headers = known ? {} : { 'set-cookie': `shop=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800` }
    try {
      const answer = await draw(request, id)
      return { ...answer, headers: { ...answer.headers, ...headers, vary: 'accept-language, cookie' } }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const status = error instanceof Refusal ? error.status : 502
      return { status, html: sorryPage(frameOf(request, {}), why), headers }
    }
  }
}

/**
 * @param {Request} request
 * @param {Record<string, number>} cart
 */
function frameOf({ headers }, cart) {
  return {
    words: wordsFor(headers['accept-language']),
    currency: SHOP_CURRENCY || 'EUR',
    banner: SHOP_BANNER ?? '',
    by: POD_NAME || hostname(),
    version: SHOP_VERSION || '1',
    inCart: Object.values(cart).reduce((sum, count) => sum + count, 0),
  }
}

/** Every product, with what is known of it now. */
async function goods() {
  const products = await catalog()
  const query = `?products=${products.map(({ id }) => id).join(',')}`
  const [stock, ratings] = await Promise.all(
    ['stock', 'ratings'].map(async (service) => {
      const known = await told(service, `/${service}${query}`, PATIENCE_MS).catch(() => ({}))
      return new Map(Object.entries(/** @type {Record<string, any>} */ (known)))
    }),
  )
  return products.map((product) => ({ ...product, left: stock?.get(product.id), rating: ratings?.get(product.id) }))
}

const catalog = async () => /** @type {Product[]} */ (await told('catalog', '/products'))

/** @param {string} id */
const cartOf = async (id) => /** @type {Record<string, number>} */ (await told('cart', `/carts/${id}`))

/** Which of the services behind are ready. */
function lookBehind() {
  return Promise.all(
    BEHIND.map(async (service) => {
      const began = performance.now()
      const [ok, why] = await call(service, '/readyz', { timeoutMs: PATIENCE_MS }).then(
        ({ status, text }) => /** @type {const} */ ([status === 200, status === 200 ? '' : text.trim()]),
        (error) => /** @type {const} */ ([false, String(error.message)]),
      )
      return { service, ok, why, took: performance.now() - began }
    }),
  )
}

/**
 * @param {string} service
 * @param {string} path
 * @param {number} [timeoutMs]
 */
async function told(service, path, timeoutMs) {
  return good(await call(service, path, timeoutMs === undefined ? {} : { timeoutMs }))
}

/**
 * @param {string} service
 * @param {string} path
 * @param {unknown} json
 */
async function put(service, path, json) {
  return good(await call(service, path, { method: 'PUT', json }))
}

/** @param {import('../lib/call.js').Told} answer */
function good({ status, json, text }) {
  if (status < 300) return json
  const why = typeof json === 'object' && json !== null && 'error' in json ? String(json.error) : text
  throw new Refusal(status < 500 ? status : 502, why)
}

/**
 * @param {string} form as a browser posts it
 * @param {string} name
 */
function fieldOf(form, name) {
  const value = new URLSearchParams(form).get(name)
  if (!value) throw new Refusal(400, `the form lacks "${name}"`)
  return value
}

/**
 * @param {string} path
 * @returns {Answer}
 */
const seeOther = (path) => ({ status: 303, headers: { location: path } })
