/**
 * shop-payment: takes money, once for each order, from whoever knows the key.
 *
 * The key is PAYMENT_KEY, from a Secret. Nothing is paid above LIMIT_CENTS, so that a refusal can be seen.
 */
import { timingSafeEqual } from 'node:crypto'
import { get, update } from '../lib/db.js'
import { jsonOf, Refusal, serve } from '../lib/service.js'

const LIMIT_CENTS = Number(process.env.LIMIT_CENTS ?? 50_000)
const wanted = Buffer.from(`Bearer ${process.env.PAYMENT_KEY ?? ''}`)

serve('payment', {
  'PUT /payments/:order': async (request) => {
    const given = Buffer.from(request.headers.authorization ?? '')
    if (!process.env.PAYMENT_KEY || given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new Refusal(401, 'the key of payments is wrong')
    }
    const cents = jsonOf(request)
    if (typeof cents !== 'number' || !Number.isInteger(cents) || cents < 0) throw new Refusal(400, 'wanted cents')
    if (cents > LIMIT_CENTS) throw new Refusal(402, `refused: more than ${LIMIT_CENTS} cents`)
    // The first amount stands: an order that asks again is told what it has paid.
    const paid = await update(`payments/${request.names.order}`, (before) => (before ? undefined : { cents }))
    return { json: paid }
  },
  'GET /payments/:order': async ({ names }) => {
    const paid = await get(`payments/${names.order}`)
    if (!paid) throw new Refusal(404, 'nothing was paid')
    return { json: paid.value }
  },
})
