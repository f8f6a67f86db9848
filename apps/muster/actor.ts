/** Who is written beside a change when nobody else is named. */
import { hostname, userInfo } from 'node:os'

/** The user of the operating system at this machine, such as `li@desk`. */
export function actorOf(env: Readonly<Record<string, string | undefined>>): string {
  return `${userName(env)}@${hostname()}`
}

function userName(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username
  } catch {
    // Containers often run under a number that has no name.
    return env.USER || `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
