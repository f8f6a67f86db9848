/** The two languages in which Muster speaks. Codes, flags, column heads and JSON are the same in both. */

/** English or simplified Chinese. */
export type Language = 'en' | 'zh'

/** A sentence in both languages; one that lacks a language does not compile. */
export type Text = Readonly<Record<Language, string>>

/** Pairs a sentence with its Chinese. */
export const text = (en: string, zh: string): Text => ({ en, zh })

/** A word that is the same in both languages: a key, a command, a message of the server. */
export const same = (word: string): Text => ({ en: word, zh: word })

/** The language of `--lang` when given, else of the locale in LC_ALL, LC_MESSAGES or LANG, else English. */
export function languageOf(flag: string | undefined, env: Readonly<Record<string, string | undefined>>): Language {
  const wish = flag ?? (env.LC_ALL || env.LC_MESSAGES || env.LANG || '')
  return /^zh\b|^zh_/i.test(wish) ? 'zh' : 'en'
}
