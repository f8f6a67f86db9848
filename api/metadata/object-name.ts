/** How objects are named: the rule of a kind, and names that the server makes up. */
import { between, type Random } from '@muster/base/random.ts'
import type { KindRules } from '../kind.ts'
import { check1035Label, checkLabel, checkPathSegment, checkPathSegmentPrefix, checkSubdomain } from '../names.ts'

/** How the names of a kind must look. */
export type NameRule = NonNullable<KindRules['name']>

/**
 * What is wrong with a name, in Kubernetes' words. A generateName is checked as a `prefix`: it may end in a dash.
 * Source: apimachinery pkg/api/validation/generic.go.
 */
export function checkObjectName(rule: NameRule, name: string, part: 'whole' | 'prefix' = 'whole'): string[] {
  if (rule === 'path-segment') return part === 'prefix' ? checkPathSegmentPrefix(name) : checkPathSegment(name)
  const shown = part === 'prefix' ? maskTrailingDash(name) : name
  if (typeof rule === 'function') return rule(shown)
  switch (rule) {
    case 'dns-subdomain':
      return checkSubdomain(shown)
    case 'dns-label':
      return checkLabel(shown)
    case 'dns-1035-label':
      return check1035Label(shown)
    default:
      return rule satisfies never
  }
}

/**
 * A name from a `generateName`: cut to 58 characters, and five drawn ones appended. Others may have drawn the same.
 * Source: apiserver pkg/storage/names/generate.go.
 */
export const generateName = (base: string, random: Random): string =>
  base.slice(0, GENERATED_BASE_MAX) + randomSuffix(random, SUFFIX_LENGTH)

/** Letters and digits that spell no words. Source: apimachinery pkg/util/rand. */
export const randomSuffix = (random: Random, length: number): string =>
  Array.from({ length }, () => SUFFIX_ALPHABET[between(random, 0, SUFFIX_ALPHABET.length - 1)]).join('')

/** A fresh uid: a UUID of version 4. Source: RFC 9562, section 5.4. */
export function newUid(random: Random): string {
  const digits = (count: number) =>
    between(random, 0, 16 ** count - 1)
      .toString(16)
      .padStart(count, '0')
  const variant = between(random, 8, 11).toString(16)
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(4)}${digits(8)}`
}

/** 63 characters, the longest label of DNS, less the suffix. */
const GENERATED_BASE_MAX = 58
const SUFFIX_LENGTH = 5
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** Kubernetes replaces the last two characters, not the last one; so does this. */
const maskTrailingDash = (name: string): string =>
  name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
