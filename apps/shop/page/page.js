/** The pages of the shop as HTML. They need no script, so that the buttons work in whatever opens them. */
import { pictureOf } from './pictures.js'

/** @typedef {import('./words.js').Words} Words */

/**
 * @typedef {object} Product
 * @property {string} id
 * @property {{ en: string, zh: string }} name
 * @property {number} price in cents
 * @property {number | undefined} [left]
 * @property {{ average: number, count: number, by: string } | undefined} [rating]
 */

/** @typedef {{ service: string, ok: boolean, why: string, took: number }} Behind one service, as this page sees it */

/**
 * @typedef {object} Frame
 * @property {Words} words
 * @property {string} currency
 * @property {string} by
 * @property {string} version
 * @property {string} banner
 * @property {number} inCart
 */

const STYLE = `
:root{color-scheme:light dark;--line:#8884}
body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:62rem;margin:0 auto;padding:1rem}
header{display:flex;justify-content:space-between;align-items:baseline}header a{color:inherit}
.goods{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:1rem}
.goods article,.panel{border:1px solid var(--line);border-radius:.7rem;padding:1rem}
svg{width:100%;height:8rem}h2{margin:.2rem 0;font-size:1.1rem}small{opacity:.75}
button{font:inherit;padding:.35rem .9rem;border-radius:.5rem;border:1px solid #0072b2;background:#0072b2;color:#fff;cursor:pointer}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
.panel{margin-top:2rem}.ok{color:#007a57}.bad{color:#c2410c;font-weight:600}footer{margin:2rem 0;opacity:.7}`

/**
 * Text that is safe within HTML and within quoted attributes.
 *
 * @param {unknown} text
 */
export const safe = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

/**
 * @param {Frame} frame
 * @param {string} inside
 */
function frame({ words, by, version, banner, inCart }, inside) {
  return `<!doctype html>
<html lang="${words.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${words.shop}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body>
<header><h1><a href="/" style="text-decoration:none">${words.shop}</a></h1><a href="/cart">${words.cart} (${inCart})</a></header>
${banner ? `<p>${safe(banner)}</p>` : ''}
<main>${inside}</main><footer><small>${safe(words.served(by, version))}</small></footer></body></html>
`
}

/**
 * @param {Frame} about
 * @param {readonly Product[]} products
 * @param {readonly Behind[]} behind
 */
export function shopPage(about, products, behind) {
  const { words } = about
  const goods = products.map(
    (product) => `<article>${pictureOf(product.id, nameOf(about, product))}
<h2>${nameOf(about, product)}</h2>
<div>${money(about, product.price)}</div>
<small>${product.rating ? `★ ${product.rating.average} (${product.rating.count})` : words.noRatings} · ${
      product.left === undefined ? words.unknown : words.left(product.left)
    }</small>
<form method="post" action="/cart"><input type="hidden" name="product" value="${safe(product.id)}">
<button>${words.add}</button></form></article>`,
  )
  const rows = behind.map(
    ({ service, ok, why, took }) =>
      `<tr><td>${safe(service)}</td><td class="${ok ? 'ok' : 'bad'}">${ok ? `✔ ${words.healthy}` : `✖ ${words.unhealthy}`}</td><td>${Math.round(took)} ms</td><td>${safe(why)}</td></tr>`,
  )
  return frame(
    about,
    `<section class="goods">${goods.join('\n')}</section>
<section class="panel"><h2>${words.behind}</h2><table>${rows.join('\n')}</table></section>`,
  )
}

/**
 * @param {Frame} about
 * @param {readonly { product: Product, count: number }[]} lines
 * @param {string} order the name of the order that buying makes: pressed twice, it is bought once
 */
export function cartPage(about, lines, order) {
  const { words } = about
  if (lines.length === 0) return frame(about, `<p>${words.empty}</p><p><a href="/">${words.back}</a></p>`)
  const total = lines.reduce((sum, { product, count }) => sum + product.price * count, 0)
  const rows = lines.map(
    ({
      product,
      count,
    }) => `<tr><td>${nameOf(about, product)}</td><td>${count} ×</td><td>${money(about, product.price)}</td>
<td><form method="post" action="/cart/remove"><input type="hidden" name="product" value="${safe(product.id)}"><button>${words.remove}</button></form></td></tr>`,
  )
  return frame(
    about,
    `<h2>${words.cart}</h2><table>${rows.join('\n')}<tr><th>${words.total}</th><td></td><th>${money(about, total)}</th><td></td></tr></table>
<form method="post" action="/checkout"><input type="hidden" name="order" value="${safe(order)}"><p><button>${words.checkout}</button> <a href="/">${words.back}</a></p></form>`,
  )
}

/**
 * @param {Frame} about
 * @param {{ id: string, items: Record<string, number>, cents: number, at: string }} order
 */
export function orderPage(about, order) {
  const { words } = about
  const items = Object.entries(order.items).map(([product, count]) => `<li>${count} × ${safe(product)}</li>`)
  return frame(
    about,
    `<h2>${words.ordered}</h2><p>${words.order} <code>${safe(order.id)}</code> · ${safe(order.at)}</p><ul>${items.join('')}</ul>
<p>${words.total}: ${money(about, order.cents)}</p><p><a href="/">${words.back}</a></p>`,
  )
}

/**
 * @param {Frame} about
 * @param {string} why
 */
export function sorryPage(about, why) {
  const { words } = about
  return frame(about, `<h2 class="bad">${words.sorry}</h2><p>${safe(why)}</p><p><a href="/">${words.again}</a></p>`)
}

/**
 * @param {Frame} about
 * @param {Product} product
 */
const nameOf = ({ words }, { name }) => safe(words.lang === 'en' ? name.en : name.zh)

/**
 * @param {Frame} about
 * @param {number} cents
 */
const money = ({ words, currency }, cents) =>
  safe(new Intl.NumberFormat(words.lang, { style: 'currency', currency }).format(cents / 100))
