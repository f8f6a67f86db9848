/** What nodes say of the machine that they are on. */
import { readFile } from 'node:fs/promises'
import { arch, cpus, machine, platform, release, totalmem, version } from 'node:os'
import type { NodeFacts } from '@muster/agent/node/node-object.ts'
import { VERSION } from '../version.ts'

/** As Go calls them. */
const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' }
const GO_OS: Readonly<Record<string, string>> = { win32: 'windows' }

/** Facts that all nodes of this machine share; each may use an equal part of it. */
export async function machineFacts(
  nodes: number,
): Promise<Pick<NodeFacts, 'allocatable' | 'arch' | 'capacity' | 'containerRuntime' | 'os' | 'system'>> {
  const bootID = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const machineID = await readFile('/etc/machine-id', 'utf8').catch(() => '')
  const whole = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' }
  return {
    os: GO_OS[platform()] ?? platform(),
    arch: GO_ARCH[arch()] ?? arch(),
    capacity: whole,
    allocatable: {
      ...whole,
      cpu: `${Math.floor((cpus().length * 1000) / nodes)}m`,
      memory: `${Math.floor(totalmem() / 1024 / nodes)}Ki`,
    },
    containerRuntime: `process://${VERSION}`,
    system: {
      bootID: bootID.trim(),
      machineID: machineID.trim(),
      systemUUID: machineID.trim(),
      kernelVersion: release(),
      osImage: `${version()} ${machine()}`,
    },
  }
}
