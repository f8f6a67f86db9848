import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { type Controller, parentsFor } from './group-trees.ts'

const told = (controller: Controller, mounts: string, own: string): readonly string[] =>
  parentsFor(controller, mounts, own).map(({ version, directory }) => `${version} ${directory}`)

const V2 = '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate'

test('one tree for all: every group above the process, the root first', () => {
  const own = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope\n'
  deepEqual(told('memory', V2, own), [
    '2 /sys/fs/cgroup',
    '2 /sys/fs/cgroup/user.slice',
    '2 /sys/fs/cgroup/user.slice/user-1000.slice',
    '2 /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service',
    '2 /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice',
    '2 /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope',
  ])
  deepEqual(told('cpu', V2, '0::/\n'), ['2 /sys/fs/cgroup'])
})

test('a tree for each controller, and one that has none yet: the new one is tried first', () => {
  const mounts = [
    '33 32 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
    '34 32 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
    '36 32 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
  ].join('\n')
  const own = '9:name=systemd:/\n4:memory:/jobs/one\n1:cpu,cpuacct:/\n0::/\n'
  deepEqual(told('memory', mounts, own), [
    '2 /sys/fs/cgroup/unified',
    '1 /sys/fs/cgroup/memory',
    '1 /sys/fs/cgroup/memory/jobs',
    '1 /sys/fs/cgroup/memory/jobs/one',
  ])
  deepEqual(told('cpu', mounts, own), ['2 /sys/fs/cgroup/unified', '1 /sys/fs/cgroup/cpu,cpuacct'])
})

test('a mount that shows a part of the tree, in a directory with a space in its name', () => {
  const mounts = '35 24 0:30 /docker/abc /my\\040groups rw - cgroup2 cgroup2 rw'
  deepEqual(told('cpu', mounts, '0::/docker/abc/inner\n'), ['2 /my groups', '2 /my groups/inner'])
  deepEqual(told('cpu', mounts, '0::/docker/abc\n'), ['2 /my groups'])
})

test('where nothing is mounted there is nothing to try', () => {
  deepEqual(told('cpu', '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n', '0::/\n'), [])
  deepEqual(told('memory', '', ''), [])
})
