/** shop-stock: how much of everything is left, and for which orders some is set aside. */
import { call } from '../lib/call.js'
import { list, update } from '../lib/db.js'
import { jsonOf, Refusal, serve } from '../lib/service.js'

/**
 * @typedef {object} Shelf
 * @property {number} left
 * @property {Record<string, number>} takenBy how much each of the last orders took, so that none takes twice
 */

/** What a shelf begins with; and what a delivery brings, where SHOP_RESTOCK is on, when fewer than so many are left. */
const FIRST = 100
const FEW = 20
const DELIVERY = 100
const PRODUCTS_MAX = 1000
/** So many orders are remembered on each shelf. */
const ORDERS_MAX = 200

const restocks = process.env.SHOP_RESTOCK === 'true'
/** @type {Shelf} */
const FULL = { left: FIRST, takenBy: {} }

serve(
  'stock',
  {
    // How many are left of each product that is asked for.
    'GET /stock': async ({ query }) => {
      const known = new Map((await list('stock/', PRODUCTS_MAX)).map(({ key, value }) => [key, value.left]))
      const products = (query.get('products') ?? '').split(',').filter(Boolean)
      return { json: Object.fromEntries(products.map((each) => [each, known.get(`stock/${each}`) ?? FULL.left])) }
    },
    'PUT /orders/:id': async (request) => {
      const id = request.names.id ?? ''
      const items = itemsOf(jsonOf(request))
      for (const [product, count] of items) {
        if (await take(product, count, id)) continue
        for (const [other] of items) await giveBack(other, id)
        throw new Refusal(409, `fewer than ${count} of "${product}" are left`)
      }
      return { json: {} }
    },
    'DELETE /orders/:id': async (request) => {
      for (const [product] of itemsOf(jsonOf(request))) await giveBack(product, request.names.id ?? '')
      return { json: {} }
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
 * True when the order has it, whether taken now or before.
 *
 * @param {string} product
 * @param {number} count
 * @param {string} order
 */
async function take(product, count, order) {
  const shelf = await update(`stock/${product}`, (/** @type {Shelf | undefined} */ before = FULL) => {
    if (before.takenBy[order] !== undefined || before.left < count) return undefined
    const rest = before.left - count
    const remembered = [...Object.entries(before.takenBy), [order, count]].slice(-ORDERS_MAX)
    return { left: restocks && rest < FEW ? rest + DELIVERY : rest, takenBy: Object.fromEntries(remembered) }
  })
  return shelf?.takenBy[order] !== undefined
}

/**
 * @param {string} product
 * @param {string} order
 */
async function giveBack(product, order) {
  await update(`stock/${product}`, (/** @type {Shelf | undefined} */ before = FULL) => {
    const { [order]: count, ...others } = before.takenBy
    return count === undefined ? undefined : { left: before.left + count, takenBy: others }
  })
}

/**
 * @param {unknown} json
 * @returns {[string, number][]}
 */
function itemsOf(json) {
  if (typeof json !== 'object' || json === null) throw new Refusal(400, 'wanted how many of each product')
  return Object.entries(json).map(([product, count]) => {
    if (typeof count !== 'number' || !(count > 0)) throw new Refusal(400, `${product}: wanted a count`)
    return [product, count]
  })
}
