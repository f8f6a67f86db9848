/** The programs of the machine that a run is wrapped in. They are looked for once, and not in the PATH of anybody's order. */
import { accessSync, constants } from 'node:fs'

/** Where each of them is; undefined for one that the machine does not have. */
export interface Tools {
  readonly sh: string
  readonly env: string
  readonly setpriv: string | undefined
  readonly unshare: string | undefined
  readonly nsenter: string | undefined
  readonly mount: string | undefined
  readonly chroot: string | undefined
  readonly script: string | undefined
  readonly hostname: string | undefined
  readonly stty: string | undefined
}

const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']

/** Looks for the programs. */
export function findTools(): Tools {
  return {
    sh: '/bin/sh',
    env: find('env') ?? '/usr/bin/env',
    setpriv: find('setpriv'),
    unshare: find('unshare'),
    nsenter: find('nsenter'),
    mount: find('mount'),
    chroot: find('chroot'),
    script: find('script'),
    hostname: find('hostname'),
    stty: find('stty'),
  }
}

function find(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
