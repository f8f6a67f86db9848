#!/usr/bin/env node
/** The door: a fast start, then whatever was asked for. */
import module from 'node:module'
import process from 'node:process'

// Compiled code is kept between runs. It must be on before the first import, so everything else is imported below.
module.enableCompileCache?.()

// The bundle also starts on a Node that is too old to run it; only here can that still be said in words.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `error[MUS0001]: Muster needs Node 24.15 or later; this is ${process.version}\n  where: ${process.execPath}\n` +
      '  next:  install Node 24.15 or later, then run the same command again\n',
  )
  process.exitCode = 1
} else {
  const { runHere } = await import('./run.ts')
  process.exitCode = await runHere(process)
  leaveSoon()
}

/** A command that has ended must not hang because a thread or a socket was left over; its output goes out first. */
function leaveSoon(): void {
  setTimeout(() => (process.stdout.writableLength > 0 ? leaveSoon() : process.exit()), 500).unref()
}
