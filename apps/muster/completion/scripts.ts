/**
 * What makes a shell complete our commands. The words of ours are in the script; behind a verb of kubectl, kubectl is
 * asked (`kubectl __complete`), so names of live objects are completed as it does.
 */
import { KUBECTL_VERBS } from '../program/kubectl-verbs.ts'
import type { WordTree } from './tree.ts'

/** The shells that are known. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const

/** One of them. */
export type Shell = (typeof SHELLS)[number]

/** Whether a word names one. */
export const isShell = (word: string): word is Shell => SHELLS.some((shell) => shell === word)

/** The script for a shell. */
export function completionScript(shell: Shell, tree: WordTree): string {
  switch (shell) {
    case 'bash':
      return bash(tree)
    case 'zsh':
      // zsh speaks bash's language of completions.
      return `#compdef muster\nautoload -Uz compinit bashcompinit\n(( \${+functions[compdef]} )) || compinit\nbashcompinit\n${bash(tree)}`
    case 'fish':
      return fish(tree)
    case 'powershell':
      return powershell(tree)
    default:
      return shell satisfies never
  }
}

/** The kubeconfig that our verbs use when none is named. */
const KUBECONFIG = `\${KUBECONFIG:-\${MUSTER_HOME:-$HOME/.muster}/default/kubeconfig}`

function bash(tree: WordTree): string {
  const cases = [...tree].map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`)
  return `# Completions of muster: source <(muster completion bash)
_muster() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' words='' word at
  case "\${COMP_WORDS[1]}" in
    ${KUBECTL_VERBS.join('|')})
      if (( COMP_CWORD > 1 )); then
        words="$(KUBECONFIG="${KUBECONFIG}" kubectl __complete "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$current" 2>/dev/null | grep -v '^:' | cut -f1)"
      fi
      ;;
  esac
  if [[ -z $words ]]; then
    for (( at = 1; at < COMP_CWORD; at++ )); do
      word="\${COMP_WORDS[at]}"
      case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
    done
    while :; do
      case "$path" in
${cases.join('\n').replaceAll(/^ {4}/gm, '      ')}
      esac
      [[ -n $words || -z $path ]] && break
      # A word that is an argument, and no command.
      case "$path" in *' '*) path="\${path% *}" ;; *) path='' ; break ;; esac
    done
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
}
complete -o default -F _muster muster`
}

function fish(tree: WordTree): string {
  const lines = [...tree].flatMap(([path, words]) => {
    const parts = path === '' ? [] : path.split(' ')
    const condition =
      parts.length === 0
        ? '__fish_use_subcommand'
        : parts.map((part) => `__fish_seen_subcommand_from ${part}`).join('; and ')
    const flags = words.filter((word) => word.startsWith('--')).map((word) => `-l ${word.slice(2)}`)
    const names = words.filter((word) => !word.startsWith('-'))
    return [
      ...(names.length > 0 ? [`complete -c muster -f -n '${condition}' -a '${names.join(' ')}'`] : []),
      ...flags.map((flag) => `complete -c muster -n '${condition}' ${flag}`),
    ]
  })
  const verbs = KUBECTL_VERBS.join(' ')
  return `# Completions of muster: muster completion fish > ~/.config/fish/completions/muster.fish
function __muster_kubectl
  set -l words (commandline -opc)[2..] (commandline -ct)
  set -q KUBECONFIG; or set -lx KUBECONFIG (set -q MUSTER_HOME; and echo $MUSTER_HOME; or echo $HOME/.muster)/default/kubeconfig
  kubectl __complete $words 2>/dev/null | string match -v ':*'
end
${lines.join('\n')}
complete -c muster -f -n '__fish_seen_subcommand_from ${verbs}' -a '(__muster_kubectl)'`
}

function powershell(tree: WordTree): string {
  const rows = [...tree].map(([path, words]) => `  '${path}' = '${words.join(' ')}'`)
  return `# Completions of muster: muster completion powershell | Out-String | Invoke-Expression
$MusterWords = @{
${rows.join('\n')}
}
Register-ArgumentCompleter -Native -CommandName muster -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -ne '' -and $words.Count -gt 0) { $words = @($words | Select-Object -SkipLast 1) }
  $path = @($words | Where-Object { -not $_.StartsWith('-') })
  while ($path.Count -gt 0 -and -not $MusterWords.ContainsKey($path -join ' ')) { $path = @($path | Select-Object -SkipLast 1) }
  $MusterWords[($path -join ' ')].Split(' ') | Where-Object { $_.StartsWith($wordToComplete) } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}`
}
