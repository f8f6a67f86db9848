/** What the exit code of a command says to the script that ran it. */

/** Every exit code of Muster, by its meaning. */
export const EXIT = {
  ok: 0,
  error: 1,
  /** The wanted state is impossible, a gate failed, or a tour ended in FAIL. */
  gate: 2,
  timeout: 3,
  /** Somebody else changed it first. */
  conflict: 4,
  /** It needs a flag that says yes. */
  refused: 5,
  /** 128 + SIGINT, as shells count it. */
  interrupted: 130,
} as const

/** One of the exit codes in {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
