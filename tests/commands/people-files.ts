// Files as the commands read them, made of invented people: written once per test file into a folder of its own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Recording, syntheticRecordings } from '../../src/biometrics/index.ts'

export interface PeopleFiles {
  readonly folder: string
  /** Writes a file and returns its path. */
  file(name: string, text: string | Uint8Array): string
  /** The path of a file that a command shall write. */
  out(name: string): string
  remove(): void
}

export function peopleFiles(): PeopleFiles {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-commands-'))
  return {
    folder,
    file(name, text) {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
    out: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

/** Recordings as JSON Lines. */
export function jsonLines(recordings: readonly Recording[]): string {
  return recordings.map((recording) => `${jsonLine(recording)}\n`).join('')
}

function jsonLine({ grainMs, ...recording }: Recording): string {
  return JSON.stringify({ ...recording, ...(grainMs !== undefined && { grain_ms: grainMs }) })
}

/** People who teach a population: nobody of them is a target. */
export const teachers = (): Recording[] => syntheticRecordings(31, 24)

export interface Target {
  readonly person: string
  /** What enrols them. */
  readonly lessons: readonly Recording[]
  /** What they type and point later. */
  readonly later: readonly Recording[]
}

export function targets(seed: number, count: number): Target[] {
  const recordings = syntheticRecordings(seed, count)
  return Array.from({ length: count }, (_, n) => {
    const own = recordings.slice(n * 15, (n + 1) * 15)
    return { person: own[0]!.person, lessons: own.slice(0, 10), later: own.slice(10) }
  })
}

/** Recordings one after the other, a second apart, as one. */
export function joined(session: string, recordings: readonly Recording[]): Recording {
  const events: Recording['events'][number][] = []
  let origin = 0
  for (const recording of recordings) {
    const first = recording.events[0]?.t ?? 0
    for (const event of recording.events) events.push({ ...event, t: origin + event.t - first })
    origin = (events.at(-1)?.t ?? 0) + 1000
  }
  return { person: recordings[0]!.person, session, kind: 'free', events }
}

/** Rows of a file that a command wrote, header first; no cell has a comma in it. */
export function cellsIn(text: string): string[][] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(','))
}
