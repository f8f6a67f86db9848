/** Plants a text in an otherwise empty house and says what tidy must answer: for the tests of its rules. */
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { tidy } from '../tidy.ts'
import type { Source } from '../tree.ts'

const MANIFESTS: readonly Source[] = [
  { path: 'package.json', text: '{ "devDependencies": { "fast-check": "4" } }' },
  manifest('store', ['@muster/base', 'sorted-btree', '@grpc/grpc-js']),
  manifest('apps/muster', ['@muster/base', '@muster/store']),
  ...['agent', 'apps/console'].map((room) => manifest(room, ['@muster/packs'])),
]

function manifest(room: string, names: readonly string[]): Source {
  const dependencies = Object.fromEntries(names.map((name) => [name, '1']))
  return { path: `${room}/package.json`, text: JSON.stringify({ dependencies }) }
}

/** Every one of these texts, planted at this path, yields exactly this finding in its line 1 and no other. */
export function finds(path: string, finding: string, texts: readonly string[]): void {
  for (const text of texts) {
    test(`tidy finds a breach: ${path}: ${text}`, () => deepEqual(plant(path, text), [`${path}:1: ${finding}`]))
  }
}

/** The same for a breach in another line. */
export function findsInLine(line: number, path: string, finding: string, text: string): void {
  test(`tidy finds a breach in line ${line}: ${path}: ${text}`, () =>
    deepEqual(plant(path, text), [`${path}:${line}: ${finding}`]))
}

/** None of these texts, planted at this path, yields a finding. */
export function letsPass(path: string, texts: readonly string[]): void {
  for (const text of texts) test(`tidy lets pass: ${path}: ${text}`, () => deepEqual(plant(path, text), []))
}

const plant = (path: string, text: string): readonly string[] => tidy([...MANIFESTS, { path, text }])
