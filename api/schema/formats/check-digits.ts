/** Numbers that carry a digit to check them by. Source: kube-openapi pkg/internal/third_party/govalidator. */

/** A credit card number of a known issuer, whatever stands between its digits. */
export function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]+/g, '')
  if (!ISSUERS.test(digits)) return false
  let sum = 0
  for (const [place, digit] of [...digits].reverse().entries()) {
    const weighed = Number(digit) * (place % 2 === 1 ? 2 : 1)
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

/** An ISBN of ten digits; the last may be X. */
export function isIsbn10(text: string): boolean {
  const digits = withoutGaps(text)
  if (!/^[0-9]{9}[0-9X]$/.test(digits)) return false
  const sum = [...digits].reduce((so, digit, place) => so + (place + 1) * (digit === 'X' ? 10 : Number(digit)), 0)
  return sum % 11 === 0
}

/** An ISBN of thirteen digits. */
export function isIsbn13(text: string): boolean {
  const digits = withoutGaps(text)
  if (!/^[0-9]{13}$/.test(digits)) return false
  const sum = [...digits].reduce((so, digit, place) => so + Number(digit) * (place % 2 === 0 ? 1 : 3), 0)
  return sum % 10 === 0
}

const withoutGaps = (text: string): string => text.replaceAll(/[\t\n\f\r -]+/g, '')

const ISSUERS =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/
