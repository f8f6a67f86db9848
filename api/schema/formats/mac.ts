/** Hardware addresses. Source: Go net.ParseMAC. */

/** 6, 8 or 20 bytes: in pairs with colons or dashes between them, in fours with dots, or with nothing. */
export const isMacAddress = (text: string): boolean => FORMS.some((form) => form.test(text))

const FORMS = [6, 8, 20].flatMap((bytes) => [
  new RegExp(`^[0-9a-f]{2}(?::[0-9a-f]{2}){${bytes - 1}}$`, 'i'),
  new RegExp(`^[0-9a-f]{2}(?:-[0-9a-f]{2}){${bytes - 1}}$`, 'i'),
  new RegExp(`^[0-9a-f]{4}(?:\\.[0-9a-f]{4}){${bytes / 2 - 1}}$`, 'i'),
  new RegExp(`^[0-9a-f]{${2 * bytes}}$`, 'i'),
])
