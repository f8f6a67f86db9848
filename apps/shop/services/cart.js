/** shop-cart: what somebody is about to buy. It keeps nothing itself, so any of its replicas can answer. */
import { call } from '../lib/call.js'
import { get, remove, update } from '../lib/db.js'
import { jsonOf, Refusal, serve } from '../lib/service.js'

/** @typedef {Record<string, number>} Cart how many of each product */

/** Of one product in one cart. */
const COUNT_MAX = 20

serve(
  'cart',
  {
    'GET /carts/:id': async ({ names }) => ({ json: (await get(`carts/${names.id}`))?.value ?? {} }),
    // How many there are then, and not how many more: it may be said twice.
    'PUT /carts/:id/:product': async (request) => {
      const { id, product = '' } = request.names
      const count = jsonOf(request)
      if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > COUNT_MAX) {
        throw new Refusal(400, `a count is a whole number from 0 to ${COUNT_MAX}`)
      }
      const { status } = await call('catalog', `/products/${encodeURIComponent(product)}`)
      if (status !== 200) throw new Refusal(status === 404 ? 404 : 502, `there is no product "${product}"`)
      const cart = await update(`carts/${id}`, (/** @type {Cart | undefined} */ before = {}) => {
        const { [product]: _, ...others } = before
        return count === 0 ? others : { ...others, [product]: count }
      })
      return { json: cart ?? {} }
    },
    'DELETE /carts/:id': async ({ names }) => {
      await remove(`carts/${names.id}`)
      return { json: {} }
    },
  },
  { ready: dbIsReady },
)

async function dbIsReady() {
  const { status } = await call('db', '/readyz', { timeoutMs: 500 })
  if (status !== 200) throw new Refusal(503, 'the database is not ready')
}
