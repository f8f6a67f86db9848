/**
 * shop-orders: turns a cart into an order. The buyer names the order, so asking twice buys once.
 *
 *     cart ─► prices ─► set aside (stock) ─► pay (payment) ─► write it down (db) ─► empty the cart
 *
 * An order is acknowledged once it is written down. What fails before that is undone or, if this process dies, done
 * again by whoever asks again: every step knows the order's name.
 */
import { call } from '../lib/call.js'
import { get, list, put } from '../lib/db.js'
import { jsonOf, Refusal, serve } from '../lib/service.js'

/**
 * @typedef {object} Order
 * @property {string} id
 * @property {Record<string, number>} items
 * @property {number} cents
 * @property {string} at
 */

serve(
  'orders',
  {
    'GET /orders': async () => ({ json: (await list('orders/', 20)).map(({ value }) => value) }),
    'GET /orders/:id': async ({ names }) => {
      const order = await get(`orders/${names.id}`)
      if (!order) throw new Refusal(404, `there is no order "${names.id}"`)
      return { json: order.value }
    },
    'PUT /orders/:id': async (request) => {
      const id = request.names.id ?? ''
      const known = await get(`orders/${id}`)
      if (known) return { json: known.value }
      const order = await place(id, cartIn(jsonOf(request)))
      return { status: 201, json: order }
    },
  },
  {
    ready: async () => {
      const { status } = await call('db', '/readyz', { timeoutMs: 500 })
      if (status !== 200) throw new Refusal(503, 'the database is not ready')
    },
  },
)

/**
 * @param {string} id
 * @param {string} cart
 * @returns {Promise<Order>}
 */
async function place(id, cart) {
  const items = /** @type {Record<string, number>} */ (answered(await call('cart', `/carts/${cart}`)))
  if (Object.keys(items).length === 0) throw new Refusal(409, 'the cart is empty')
  const prices = await Promise.all(
    Object.entries(items).map(async ([product, count]) => {
      const { price } = /** @type {{ price: number }} */ (answered(await call('catalog', `/products/${product}`)))
      return price * count
    }),
  )
  const cents = prices.reduce((sum, price) => sum + price, 0)
  answered(await call('stock', `/orders/${id}`, { method: 'PUT', json: items }))
  const authorization = `Bearer ${process.env.PAYMENT_KEY ?? ''}`
  const paid = await call('payment', `/payments/${id}`, { method: 'PUT', json: cents, headers: { authorization } })
  if (paid.status === 402) await call('stock', `/orders/${id}`, { method: 'DELETE', json: items })
  answered(paid)
  const order = { id, items, cents, at: new Date().toISOString() }
  await put(`orders/${id}`, order)
  // The order stands whatever becomes of the cart.
  await call('cart', `/carts/${cart}`, { method: 'DELETE' }).catch(() => {})
  return order
}

/** @param {import('../lib/call.js').Told} told */
function answered({ status, json, text }) {
  if (status < 300) return json
  const error = typeof json === 'object' && json !== null && 'error' in json ? String(json.error) : text
  throw new Refusal(status < 500 ? status : 502, error)
}

/** @param {unknown} json */
function cartIn(json) {
  if (typeof json === 'object' && json !== null && 'cart' in json && typeof json.cart === 'string') return json.cart
  throw new Refusal(400, 'wanted {"cart": ID}')
}
