/** A process that asks an API server for work: it shares no thread with the server that it measures. */
import { serveParent } from '../harness/child.ts'
import { defineKinds } from './kind-load.ts'
import { readLists } from './list-load.ts'
import { connectClients, fillWith, verifyObjects, work } from './object-load.ts'
import { idle, storm, watch } from './watch-load.ts'

const calls = { fillWith, connectClients, work, verifyObjects, readLists, watch, storm, idle, defineKinds }

/** What the parent may call. */
export type ApiLoadCalls = typeof calls

serveParent(calls)
