// Data sets and protocols as files for `vigil population`, `vigil score` and `vigil watch`.

import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Recording } from '../biometrics/index.ts'
import { VigilError } from '../errors.ts'
import type { DataFolder } from './data-folder.ts'
import type { Role } from './matcher.ts'
import { dataSets, recordingsOf } from './readers/index.ts'
import { verificationProtocols } from './verification.ts'

export interface ExportOptions {
  wanted(protocol: string): boolean
  /** Sets of no protocol that is wanted are written too. */
  readonly everySet: boolean
}

/**
 * Writes, for every protocol that is wanted, `<set>.jsonl` and a folder with `enrol.jsonl`, `probes.jsonl`, `trials.csv` and, where people of
 * the set teach, `population.jsonl`: those who teach whatever the target.
 */
export async function exportData(data: DataFolder, folder: string, { wanted, everySet }: ExportOptions): Promise<void> {
  const used = new Set(verificationProtocols.filter(({ id }) => wanted(id)).map(({ set }) => set))
  if (used.size === 0 && !everySet) {
    const names = verificationProtocols.map(({ id }) => id).join(', ')
    throw new VigilError('usage', `nothing to export: the protocols with trials are ${names}`)
  }
  for (const set of dataSets) {
    if (!data.has(set) || !(everySet || used.has(set))) continue
    const name = set.replaceAll('/', '-')
    await write(folder, `${name}.jsonl`, recordingLines(recordingsOf(data.options.data, set)))
  }
  for (const { id, set, teaching, roles } of verificationProtocols) {
    if (!data.has(set) || !wanted(id)) continue
    const people = roles(data)
    const own = join(folder, id)
    await write(own, 'enrol.jsonl', recordingLines(people.flatMap(({ enrolment }) => enrolment)))
    await write(own, 'probes.jsonl', recordingLines(probesOf(people)))
    await write(own, 'trials.csv', trialLines(people))
    if (teaching.from === 'shipped' || !data.teaches(teaching.from)) continue
    const teachers = (teaching.andOthersOf === undefined ? data.teachers : data.background)(teaching.from)
    await write(own, 'population.jsonl', recordingLines(teachers.flatMap(({ recordings }) => recordings)))
  }
}

/** A recording as a line of a file. */
export function recordingLine({ grainMs, ...recording }: Recording): string {
  return JSON.stringify({ ...recording, ...(grainMs !== undefined && { grain_ms: grainMs }) })
}

function* recordingLines(recordings: Iterable<Recording>): Generator<string, void, undefined> {
  for (const recording of recordings) yield `${recordingLine(recording)}\n`
}

function probesOf(people: readonly Role[]): Iterable<Recording> {
  const probes = new Map<string, Recording>()
  for (const { own, asStranger, intruders = [] } of people) {
    for (const probe of [...own, ...asStranger, ...intruders]) probes.set(probe.session, probe)
  }
  return probes.values()
}

/** `by` says whose the probe is. */
function* trialLines(people: readonly Role[]): Generator<string, void, undefined> {
  yield 'target,probe,by\n'
  for (const target of people) {
    for (const { session } of target.own) yield `${target.person},${session},owner\n`
    for (const { session } of target.intruders ?? []) yield `${target.person},${session},stranger\n`
    for (const other of people) {
      if (other === target) continue
      for (const { session } of other.asStranger) yield `${target.person},${session},stranger\n`
    }
  }
}

async function write(folder: string, name: string, lines: Iterable<string>): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await pipeline(Readable.from(lines), createWriteStream(join(folder, name)))
  } catch (cause) {
    throw new VigilError('usage', `${join(folder, name)} cannot be written: ${(cause as Error).message}`, { cause })
  }
}
