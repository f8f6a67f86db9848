// Says plainly when the running Node is too old, before anything fails in a way that nobody can read.
// Plain CommonJS on purpose: it must run on any Node.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(`error[MUS0001]: Muster needs Node 24.15 or later; this is ${process.version} (${process.execPath})`)
  console.error(
    '  why:   the runtime that `npm ci` brings is not first on the PATH, or there is none for this platform',
  )
  console.error(
    '  next:  npm ci   (brings Node 24 on Linux x64/arm64 and Windows x64); elsewhere install Node 24.15 or later',
  )
  process.exit(1)
}
