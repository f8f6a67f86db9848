/**
 * One address of mail, alone or behind a name: `a@b.example`, `Name <a@b.example> (remark)`. Groups and remarks within
 * remarks, which Go would also take, are refused.
 * Source: Go net/mail ParseAddress (RFC 5322).
 */
import { isIpv4, isIpv6 } from './ip.ts'

/** True for one address. */
export function isEmailAddress(text: string): boolean {
  const [, before = '', angled, plain] = ADDRESS.exec(text) ?? []
  const address = angled ?? plain
  if (address === undefined) return false
  const nameIsRight = angled === undefined || before.trim() === '' || NAME.test(before)
  return nameIsRight && isAddress(address)
}

function isAddress(text: string): boolean {
  const [, local, domain = ''] = PARTS.exec(text) ?? []
  if (local === undefined) return false
  const literal = /^\[(.*)\]$/.exec(domain)?.[1]
  return literal === undefined ? hasGoodDots(local) && hasGoodDots(domain) : isIpv4(literal) || isIpv6(literal)
}

const hasGoodDots = (text: string): boolean => text.startsWith('"') || !/^\.|\.\.|\.$/.test(text)

/** What may stand in a name or domain without quotes; the dot among it. */
const ATOM = '[^\\u0000-\\u0020()<>[\\]:;@\\\\,"\\u007f]+'
const QUOTED = '"(?:[^"\\\\\\u0000-\\u0008\\u000a-\\u001f\\u007f]|\\\\[\\t -~\\u0080-\\u{10ffff}])+"'
const REMARKS = '(?:[ \\t]*\\([^()]*\\))*[ \\t]*'

const ADDRESS = new RegExp(`^[ \\t]*(?:([^<>]*)<([^<>]+)>|([^<>(]+?))${REMARKS}$`, 'u')
const PARTS = new RegExp(`^[ \\t]*(${ATOM}|${QUOTED})@[ \\t]*(${ATOM}|\\[[^[\\]\\\\]+\\])$`, 'u')
const NAME = new RegExp(`^[ \\t]*(?:${ATOM}|${QUOTED})(?:[ \\t]*(?:${ATOM}|${QUOTED}))*[ \\t]*$`, 'u')
