/** `muster explain [CODE]`: what a code means, and what to do about it. */
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { tableLines } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'
import { isPageCode, PAGES } from './pages.ts'

/** Prints one page, or the list of all codes when none is named. */
export async function explain(terminal: Terminal, code: string | undefined): Promise<ExitCode> {
  if (code === undefined) {
    const rows = Object.entries(PAGES).map(([each, page]) => [each, terminal.say(page.title)])
    for (const line of tableLines(['CODE', 'TITLE'], rows, terminal.columns)) terminal.data.line(line)
    return EXIT.ok
  }
  const wanted = code.toUpperCase()
  if (!isPageCode(wanted)) {
    throw trouble('MUS0104', {
      what: text(`no page has the code "${code}"`, `没有代码为 "${code}" 的页面`),
      next: ['muster explain'],
    })
  }
  const page = PAGES[wanted]
  const { bold } = terminal.data.colors
  const sections = [
    [text('What it means', '含义'), page.meaning],
    [text('Where it comes from', '原因'), page.causes],
    [text('What to do', '处理办法'), page.cure],
  ] as const
  terminal.data.line(bold(`${wanted}  ${terminal.say(page.title)}`))
  for (const [head, body] of sections) terminal.data.line(`\n${bold(terminal.say(head))}\n  ${terminal.say(body)}`)
  const exit = text('Exit code of a command that ends with it', '以此结束的命令的退出码')
  terminal.data.line(`\n${bold(terminal.say(exit))}\n  ${page.exit}`)
  return EXIT.ok
}
