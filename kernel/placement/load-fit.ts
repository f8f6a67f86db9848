/** Which nodes have room, and how good the room is: by what pods on them take, and nothing else. */
import type { Column, Fleet } from './fleet.ts'
import type { PodShape } from './pod-shape.ts'
import { insufficient, REFUSALS, type Refusal } from './refusals.ts'
import { balance, leastAllocated } from './scores.ts'
import { grown } from './tally.ts'

/** What holds of every node for pods that take the same. */
export class LoadFit {
  /** 1 where there is room. */
  hasRoom = new Uint8Array(0)
  /** Least allocated and balanced allocation together; of nodes with room. */
  score = new Int32Array(0)

  readonly #fleet: Fleet
  readonly #shape: PodShape
  readonly #asked: readonly { readonly resource: string; readonly amount: number; readonly column: Column }[]
  readonly #cpu: Column
  readonly #memory: Column
  #nodesRead = -1
  #loadsRead = -1

  constructor(fleet: Fleet, shape: PodShape) {
    this.#fleet = fleet
    this.#shape = shape
    this.#asked = Object.entries(shape.requests)
      .filter(([, amount]) => amount > 0)
      .map(([resource, amount]) => ({ resource, amount, column: fleet.column(resource) }))
    this.#cpu = fleet.column('cpu')
    this.#memory = fleet.column('memory')
  }

  /** Reads what has changed since the last time. */
  catchUp(): void {
    const { nodeChanges, loadChanges, names } = this.#fleet
    const [nodesRead, loadsRead] = [this.#nodesRead, this.#loadsRead]
    this.#nodesRead = nodeChanges.end
    this.#loadsRead = loadChanges.end
    if (nodesRead === nodeChanges.end && loadsRead === loadChanges.end) return
    this.hasRoom = grown(this.hasRoom, names.length, 0)
    this.score = grown(this.score, names.length, 0)
    const moved = nodesRead < 0 ? undefined : nodeChanges.since(nodesRead)
    const loaded = nodesRead < 0 ? undefined : loadChanges.since(loadsRead)
    if (!moved || !loaded) {
      for (const number of names.keys()) this.#look(number)
      return
    }
    for (const number of moved) this.#look(number)
    for (const number of loaded) this.#look(number)
  }

  /** What there is too little of. */
  refusals(number: number): readonly Refusal[] {
    const fleet = this.#fleet
    if (!fleet.hasFree(this.#shape.ports, number)) return [REFUSALS.portsTaken]
    const refusals: Refusal[] = []
    if (fleet.podsOn(number).size + 1 > (fleet.podsMax[number] ?? 0)) refusals.push(REFUSALS.tooManyPods)
    for (const { resource, amount, column } of this.#asked) {
      const has = column.has[number] ?? 0
      if (amount > has - (column.taken[number] ?? 0)) refusals.push(insufficient(resource, amount <= has))
    }
    return refusals
  }

  #look(number: number): void {
    const hasRoom = this.#isRoomOn(number)
    this.hasRoom[number] = hasRoom ? 1 : 0
    if (hasRoom) this.score[number] = this.#scoreOf(number)
  }

  #isRoomOn(number: number): boolean {
    const fleet = this.#fleet
    if (fleet.podsOn(number).size + 1 > (fleet.podsMax[number] ?? 0)) return false
    for (const { amount, column } of this.#asked) {
      if (amount > (column.has[number] ?? 0) - (column.taken[number] ?? 0)) return false
    }
    return fleet.hasFree(this.#shape.ports, number)
  }

  #scoreOf(number: number): number {
    const { usualCpu, usualMemory } = this.#fleet
    const { usual, requests } = this.#shape
    const { cpu = 0, memory = 0 } = requests
    const [cpuMax, memoryMax] = [this.#cpu.has[number] ?? 0, this.#memory.has[number] ?? 0]
    const least = leastAllocated(
      (usualCpu[number] ?? 0) + usual.cpu,
      cpuMax,
      (usualMemory[number] ?? 0) + usual.memory,
      memoryMax,
    )
    // One that asks for nothing leaves the balance as it is.
    if (cpu === 0 && memory === 0) return least
    const [cpuTaken, memoryTaken] = [this.#cpu.taken[number] ?? 0, this.#memory.taken[number] ?? 0]
    return least + balance(cpuTaken, cpuTaken + cpu, cpuMax, memoryTaken, memoryTaken + memory, memoryMax)
  }
}
