/** shop-ratings: what buyers think. Its twin in Python, ratings.py, does the same; a machine without Python runs this. */
import { list, update } from '../lib/db.js'
import { jsonOf, Refusal, serve } from '../lib/service.js'

/** @typedef {{ sum: number, count: number }} Stars */

/** What a product begins with: somebody liked it. @type {Stars} */
const FIRST = { sum: 9, count: 2 }
const PRODUCTS_MAX = 1000

serve('ratings', {
  'GET /ratings': async ({ query }) => {
    const known = new Map((await list('ratings/', PRODUCTS_MAX)).map(({ key, value }) => [key, value]))
    const products = (query.get('products') ?? '').split(',').filter(Boolean)
    return { json: Object.fromEntries(products.map((each) => [each, told(known.get(`ratings/${each}`) ?? FIRST)])) }
  },
  'POST /ratings/:product': async (request) => {
    const stars = jsonOf(request)
    if (typeof stars !== 'number' || !Number.isInteger(stars) || stars < 1 || stars > 5) {
      throw new Refusal(400, 'wanted 1 to 5 stars')
    }
    const next = await update(
      `ratings/${request.names.product}`,
      (/** @type {Stars | undefined} */ before = FIRST) => ({
        sum: before.sum + stars,
        count: before.count + 1,
      }),
    )
    return { json: told(next ?? FIRST) }
  },
})

/** @param {Stars} stars */
const told = ({ sum, count }) => ({ average: Math.round((10 * sum) / count) / 10, count, by: 'node' })
