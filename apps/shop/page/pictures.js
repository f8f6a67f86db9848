/** A drawing of each product, as SVG within the page: nothing is fetched from anywhere. */

/** @type {Readonly<Record<string, string>>} */
const DRAWINGS = {
  cup: '<path d="M25 35h40v25a15 15 0 0 1-15 15H40a15 15 0 0 1-15-15z" fill="#0072b2"/><path d="M65 42h6a9 9 0 0 1 0 18h-6" fill="none" stroke="#0072b2" stroke-width="5"/><path d="M37 27q-4-5 0-10m10 10q-4-5 0-10" stroke="#999" stroke-width="3" fill="none"/>',
  teapot:
    '<ellipse cx="48" cy="56" rx="25" ry="20" fill="#d55e00"/><path d="M71 50l16-12-8 26z" fill="#d55e00"/><path d="M25 46a12 12 0 0 0 0 22" fill="none" stroke="#d55e00" stroke-width="5"/><rect x="36" y="32" width="24" height="6" rx="3" fill="#8a3c00"/><circle cx="48" cy="28" r="4" fill="#8a3c00"/>',
  lamp: '<path d="M32 20h36l12 30H20z" fill="#f0e442"/><rect x="47" y="50" width="6" height="26" fill="#555"/><rect x="32" y="76" width="36" height="6" rx="3" fill="#555"/>',
  kite: '<path d="M50 12l24 28-24 34-24-34z" fill="#cc79a7"/><path d="M50 12v62M26 40h48" stroke="#7d3c62" stroke-width="2"/><path d="M50 74q-12 6-4 12t-6 10" fill="none" stroke="#7d3c62" stroke-width="2"/>',
  clock:
    '<circle cx="50" cy="50" r="32" fill="#fff" stroke="#333" stroke-width="5"/><path d="M50 50V30M50 50l14 9" stroke="#333" stroke-width="4" stroke-linecap="round"/><circle cx="50" cy="50" r="3" fill="#d55e00"/>',
  umbrella:
    '<path d="M18 48a32 32 0 0 1 64 0q-8-7-16 0-8-7-16 0-8-7-16 0-8-7-16 0z" fill="#009e73"/><path d="M50 46v30a7 7 0 0 0 14 0" fill="none" stroke="#444" stroke-width="4"/><path d="M50 10v8" stroke="#444" stroke-width="4"/>',
  plant:
    '<path d="M34 62h32l-5 24H39z" fill="#b5651d"/><path d="M50 62V34" stroke="#00623f" stroke-width="4"/><path d="M50 44q-22 0-22-20 22 0 22 20zM50 36q0-18 20-20 0 20-20 20z" fill="#009e73"/>',
  boat: '<path d="M16 62h68l-12 20H28z" fill="#8a3c00"/><path d="M48 14v44H22z" fill="#56b4e9"/><path d="M53 24v34h24z" fill="#0072b2"/><path d="M10 88q10-6 20 0t20 0 20 0 20 0" fill="none" stroke="#56b4e9" stroke-width="3"/>',
}

/**
 * The picture of a product, with its name for those who cannot see it.
 *
 * @param {string} product
 * @param {string} name already safe in HTML
 */
export function pictureOf(product, name) {
  const drawing = DRAWINGS[product] ?? '<rect x="20" y="20" width="60" height="60" rx="8" fill="#bbb"/>'
  return `<svg viewBox="0 0 100 100" role="img" aria-label="${name}">${drawing}</svg>`
}
