/** How long, how often and where: the command line of the benches. */
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { ControlError } from '@muster/base/errors.ts'

/** The engines that can be measured, the default first. */
export const ENGINES = ['sqlite', 'memory'] as const
/** One of {@link ENGINES}. */
export type EngineName = (typeof ENGINES)[number]

/** What the command line says, with every default filled in. */
export interface Settings {
  /** Names of benches or of their groups; all of them when empty. */
  readonly words: readonly string[]
  /** The measured window of one run, after its warm-up. */
  readonly seconds: number
  /** Runs of each side, alternating. */
  readonly pairs: number
  /** Small data and few cases: shows that the harness works, and nothing about speed. */
  readonly quick: boolean
  readonly engine: EngineName
  /** Without the peer: for work on the store itself. */
  readonly alone: boolean
  /** Ways into API servers that are to stand beside Muster. */
  readonly kubeconfigs: readonly string[]
  /** Keys present before a run. */
  readonly keys: number
  /** Revisions written before the bench of age. */
  readonly revisions: number
  /** Where temporary data goes: this is the disk that is measured. */
  readonly directory: string
  readonly json?: string
}

/** What `--help` prints. */
export const USAGE = `npm run bench -- [words...] [options]

  words              limits, store, api, sim, or the name of one bench; all when none is given
  --seconds N        measured window of one run (3; quick 0.4)
  --pairs N          runs of each side, alternating (5; quick 1)
  --json FILE        write everything measured to this file
  --quick            small data, few cases: a check of the harness, no measurement
  --alone            without a peer beside it
  --kubeconfig FILE  an API server that is to stand beside Muster; may be repeated
  --engine NAME      sqlite or memory (sqlite)
  --keys N           keys present before a run (100000; quick 2000)
  --revisions N      revisions before the bench of age (1000000; quick 100000)
  --directory DIR    where temporary data goes: the disk that is measured (the system's temporary directory)
`

/** Throws Invalid, naming the option, or what node:util throws for an option that there is not. */
export function parseSettings(argv: readonly string[]): Settings {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      pairs: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      alone: { type: 'boolean', default: false },
      kubeconfig: { type: 'string', multiple: true, default: [] },
      engine: { type: 'string', default: 'sqlite' },
      keys: { type: 'string' },
      revisions: { type: 'string' },
      directory: { type: 'string', default: tmpdir() },
    },
  })
  const { quick, alone, json } = values
  const engine = ENGINES.find((name) => name === values.engine)
  if (engine === undefined) throw new ControlError('Invalid', `--engine is one of ${ENGINES.join(', ')}`)
  return {
    words: positionals,
    seconds: positive('seconds', values.seconds, quick ? 0.4 : 3),
    pairs: whole('pairs', values.pairs, quick ? 1 : 5),
    quick,
    engine,
    alone,
    kubeconfigs: values.kubeconfig,
    keys: whole('keys', values.keys, quick ? 2_000 : 100_000),
    revisions: whole('revisions', values.revisions, quick ? 100_000 : 1_000_000),
    directory: values.directory,
    ...(json !== undefined && { json }),
  }
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const number = Number(text)
  if (!(number > 0 && Number.isFinite(number))) throw new ControlError('Invalid', `--${name} is a number above 0`)
  return number
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  const number = positive(name, text, otherwise)
  if (!Number.isInteger(number)) throw new ControlError('Invalid', `--${name} is a whole number`)
  return number
}
