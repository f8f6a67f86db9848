/** What the shop says, in two languages. */

const WORDS = {
  en: {
    lang: 'en',
    shop: 'The Shop',
    add: 'Add to cart',
    cart: 'Cart',
    empty: 'The cart is empty.',
    remove: 'Remove',
    total: 'Total',
    checkout: 'Buy',
    back: 'Back to the shop',
    ordered: 'Thank you! Your order is written down.',
    order: 'Order',
    left: (/** @type {number} */ count) => `${count} left`,
    unknown: 'stock unknown',
    noRatings: 'no ratings now',
    behind: 'What stands behind this page',
    healthy: 'ready',
    unhealthy: 'not ready',
    sorry: 'That did not work',
    again: 'Try again',
    served: (/** @type {string} */ by, /** @type {string} */ version) => `served by ${by}, version ${version}`,
  },
  zh: {
    lang: 'zh-CN',
    shop: '小店',
    add: '加入购物车',
    cart: '购物车',
    empty: '购物车是空的。',
    remove: '移除',
    total: '合计',
    checkout: '购买',
    back: '返回小店',
    ordered: '谢谢！您的订单已记录。',
    order: '订单',
    left: (/** @type {number} */ count) => `剩余 ${count} 件`,
    unknown: '库存未知',
    noRatings: '暂时没有评分',
    behind: '本页背后的服务',
    healthy: '就绪',
    unhealthy: '未就绪',
    sorry: '操作没有成功',
    again: '再试一次',
    served: (/** @type {string} */ by, /** @type {string} */ version) => `由 ${by} 提供，版本 ${version}`,
  },
}

/** @typedef {typeof WORDS.en} Words */

/**
 * The words that a reader wants, by Accept-Language: the first of the two languages that it weighs highest.
 *
 * @param {string | undefined} accepted
 * @returns {Words}
 */
export function wordsFor(accepted = '') {
  const wishes = accepted.split(',').map((wish) => {
    const [tag = '', ...parameters] = wish.trim().toLowerCase().split(';')
    const q = parameters.find((parameter) => parameter.trim().startsWith('q='))
    return { language: tag.split('-')[0] ?? '', weight: q === undefined ? 1 : Number(q.trim().slice(2)) || 0 }
  })
  const known = wishes.filter(({ language, weight }) => (language === 'en' || language === 'zh') && weight > 0)
  known.sort((one, other) => other.weight - one.weight)
  return known[0]?.language === 'zh' ? WORDS.zh : WORDS.en
}
