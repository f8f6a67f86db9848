/**
 * How the program of a run is started: a line of small programs, each of which becomes the next.
 *
 *     sh        joins the groups that limit it, where there are any
 *     setpriv   dies when the keeper dies
 *     unshare   makes the namespaces, and ends them when it dies
 *       sh      the first process in them: mounts, then starts the program, passes TERM on, reaps, ends as it ends
 *         setpriv, env   give up what was needed for mounting, undo what a shell leaves in an environment
 *           the program
 *
 * Where there are no namespaces, sh becomes the program. On descriptor 3 sh says `started`, or `cannot CODE WHY`.
 */
import type { RunOrder } from '../driver.ts'
import type { Tools } from './tools.ts'

/** What the machine was found to allow. */
export type Isolation =
  | { readonly namespaces: false }
  /** `user`: a user namespace is needed for the others. `mounts`: mounts are seen, and /proc is the run's own. */
  | { readonly namespaces: true; readonly user: boolean; readonly mounts: boolean }

/** What is launched. */
export interface Launch {
  readonly command: readonly string[]
  readonly workingDirectory: string
  readonly env: Readonly<Record<string, string>>
  readonly user?: RunOrder['user']
  readonly terminal: boolean
  /** What the machine is called as the run sees it, where it has namespaces; the machine's own name when absent. */
  readonly hostname?: string
  /** Of the groups that limit it: see control-groups.ts. */
  readonly groups?: readonly string[]
  /** A table of mounts to be made first; see fstab(5). */
  readonly fstab?: string | undefined
  /** A directory that is to be seen as `/`. */
  readonly root?: string | undefined
}

/** The program and arguments that start it in namespaces of its own, as far as the machine has them. */
export function launchLine(tools: Tools, isolation: Isolation, launch: Launch): readonly string[] {
  const { setpriv, unshare, sh } = tools
  const start = startText(tools, isolation, launch, isolation.namespaces ? 'init' : 'become')
  const inside = [sh, '-c', mountText(tools, launch, start), 'muster', ...launch.command]
  const dying = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL']
  const outside = [...joining(tools, launch), ...dying]
  if (!isolation.namespaces || unshare === undefined) return [...outside, ...inside]
  return [
    ...outside,
    unshare,
    ...(isolation.user ? ['--user', '--map-current-user', '--keep-caps'] : []),
    ...['--uts', '--pid', '--fork', '--kill-child=KILL'],
    ...(isolation.mounts ? ['--mount', '--mount-proc'] : []),
    ...inside,
  ]
}

/** The program and arguments that start it where a run is, whose first process has this number. */
export function enterLine(tools: Tools, isolation: Isolation, pid: number, launch: Launch): readonly string[] {
  const { setpriv, nsenter, sh } = tools
  const dying = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL']
  const inside = [sh, '-c', startText(tools, isolation, launch, 'become'), 'muster', ...launch.command]
  const outside = [...joining(tools, launch), ...dying]
  if (!isolation.namespaces || nsenter === undefined) return [...outside, ...inside]
  return [
    ...outside,
    ...[nsenter, '--target', `${pid}`, '--uts', '--pid'],
    ...(isolation.user ? ['--user', '--preserve-credentials'] : []),
    ...(isolation.mounts ? ['--mount', '--root', '--wd'] : []),
    // It waits outside for what is inside; so that one dies with it.
    ...dying,
    ...inside,
  ]
}

/** What joins the groups and becomes the next. */
function joining({ sh }: Tools, { groups = [] }: Launch): readonly string[] {
  if (groups.length === 0) return []
  const joined = joinText(groups, 'cannot 128 "the limits of this container could not be set"')
  return [sh, '-c', `${CANNOT}\n${joined}exec "$@"`, 'muster']
}

/** What a shell does to be in the groups; `or` is done when it cannot. */
export const joinText = (files: readonly string[], or: string): string =>
  files.map((file) => `echo 0 >${quoted(file)} || ${or}\n`).join('')

/** A word of sh that stands for this text, whatever is in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const CANNOT = `cannot() { printf 'cannot %s %s\\n' "$1" "$2" >&3; exit "$1"; }`

function mountText({ mount, chroot, sh }: Tools, launch: Launch, start: string): string {
  if (launch.fstab === undefined) return start
  return [
    CANNOT,
    // TERM before the program is there must not be lost: the first process of a namespace ignores what it has no trap for.
    "trap 'exit 143' TERM",
    `said=$(${mount} -a -T ${quoted(launch.fstab)} 2>&1) || cannot 128 "a volume could not be mounted: $said"`,
    launch.root === undefined ? start : `exec ${chroot} ${quoted(launch.root)} ${sh} -c ${quoted(start)} muster "$@"`,
  ].join('\n')
}

function startText(tools: Tools, isolation: Isolation, launch: Launch, as: 'init' | 'become'): string {
  const directory = launch.workingDirectory
  const program = programText(tools, isolation, launch)
  return [
    CANNOT,
    ...(as === 'init' ? hostnameText(tools, launch) : []),
    `cd ${quoted(directory)} 2>/dev/null || cannot 128 ${quoted(`the working directory ${directory} cannot be entered`)}`,
    FIND_PROGRAM,
    ...(as === 'init' ? initText(program) : [`printf 'started\\n' >&3`, `exec 3>&-`, `exec ${program}`]),
  ].join('\n')
}

/** Only by its own call: the kernel's file takes it from the machine's root alone. */
const hostnameText = ({ hostname }: Tools, launch: Launch): readonly string[] =>
  hostname && launch.hostname ? [`${hostname} ${quoted(launch.hostname)} 2>/dev/null`] : []

/** Says what cannot be run, with the codes that shells have for it. */
const FIND_PROGRAM = `
found=
case $1 in
  */*) if [ -f "$1" ]; then found=$1; fi ;;
  *) set -f; IFS=:
     for folder in \${PATH-}; do
       if [ -f "$folder/$1" ] && { [ -z "$found" ] || [ ! -x "$found" ]; }; then found=$folder/$1; fi
     done
     unset IFS; set +f ;;
esac
if [ -z "$found" ]; then
  case $1 in
    */*) cannot 127 "exec: \\"$1\\": no such file or directory" ;;
    *) cannot 127 "exec: \\"$1\\": executable file not found in \\$PATH" ;;
  esac
fi
[ -x "$found" ] || cannot 126 "exec: \\"$1\\": permission denied"`

const initText = (program: string): readonly string[] => [
  `child= stopping=`,
  `trap 'stopping=1; if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null; fi' TERM`,
  // A shell gives /dev/null to what it starts beside itself.
  `exec 4<&0`,
  // Said by the child: a shell's own traps would swallow a TERM that came before it forgot them.
  `( printf 'started\\n' >&3; exec ${program} <&4 3>&- 4<&- ) &`,
  `child=$!`,
  // A shell says `Killed` of a child that was.
  `exec 3>&- 4<&- </dev/null 2>/dev/null`,
  `if [ -n "$stopping" ]; then kill -TERM "$child" 2>/dev/null; fi`,
  // A wait that a signal cut short says nothing of the child: the child is there to be asked again.
  `while :; do wait "$child"; code=$?; kill -0 "$child" 2>/dev/null || exit "$code"; done`,
]

function programText(tools: Tools, isolation: Isolation, launch: Launch): string {
  const { user } = launch
  const gaveUp = isolation.namespaces && isolation.user
  const privileges = [
    ...(user ? [`--reuid ${user.uid} --regid ${user.gid} --clear-groups`] : []),
    ...(gaveUp ? ['--inh-caps=-all --ambient-caps=-all --bounding-set=-all'] : []),
  ]
  const setpriv = privileges.length > 0 ? `${tools.setpriv} ${privileges.join(' ')} ` : ''
  const env = `${tools.env}${SIGNALS_AS_EVER(isolation)}${SHELL_LEAVES(launch.env)}`
  if (!launch.terminal) return `${setpriv}${env} "$@"`
  // script(1) gives a terminal, and starts what it is told by the shell that SHELL names.
  const shell = launch.env.SHELL
  const again = shell === undefined ? 'unset SHELL' : `SHELL=${quoted(shell)}`
  const words = launch.command.map(quoted).join(' ')
  const inner = `${again}; exec ${env} ${words}`
  return `${setpriv}${tools.env}${SIGNALS_AS_EVER(isolation)} SHELL=${tools.sh} ${tools.script} -q -e -f -E always -c ${quoted(inner)} /dev/null`
}

/** A shell makes what it starts beside itself deaf to these two. */
const SIGNALS_AS_EVER = (isolation: Isolation): string =>
  isolation.namespaces ? ' --default-signal=INT --default-signal=QUIT' : ''

/** What shells put into an environment that was not there. */
const SHELL_LEAVES = (env: Readonly<Record<string, string>>): string =>
  ['PWD', 'OLDPWD', 'SHLVL', '_']
    .filter((name) => !Object.hasOwn(env, name))
    .map((name) => ` -u ${name}`)
    .join('')
