/** shop-catalog: what there is to buy. */
import { Refusal, serve } from '../lib/service.js'

/** Prices in cents. */
const PRODUCTS = [
  { id: 'cup', name: { en: 'Cup', zh: '茶杯' }, price: 800 },
  { id: 'teapot', name: { en: 'Teapot', zh: '茶壶' }, price: 2400 },
  { id: 'lamp', name: { en: 'Lamp', zh: '台灯' }, price: 3900 },
  { id: 'kite', name: { en: 'Kite', zh: '风筝' }, price: 1500 },
  { id: 'clock', name: { en: 'Clock', zh: '挂钟' }, price: 2900 },
  { id: 'umbrella', name: { en: 'Umbrella', zh: '雨伞' }, price: 1800 },
  { id: 'plant', name: { en: 'Plant', zh: '盆栽' }, price: 1200 },
  { id: 'boat', name: { en: 'Toy boat', zh: '玩具船' }, price: 2100 },
]

serve('catalog', {
  'GET /products': () => ({ json: PRODUCTS }),
  'GET /products/:id': ({ names }) => {
    const product = PRODUCTS.find(({ id }) => id === names.id)
    if (!product) throw new Refusal(404, `there is no product "${names.id}"`)
    return { json: product }
  },
})
