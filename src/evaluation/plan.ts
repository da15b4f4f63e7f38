// Which protocols are run with which population: the rows of the report.

import { fewestPeople } from '../biometrics/population/population.ts'
import { ablationParts } from './ablation.ts'
import type { DataFolder } from './data-folder.ts'
import { livenessProtocols } from './liveness.ts'
import { teachersOf, type Teaching } from './populations.ts'
import type { DataSet } from './readers/index.ts'
import { standIns, type StandInName } from './stand-ins.ts'
import { verificationProtocols } from './verification.ts'

export type Run = {
  /** Name in `--json`: the protocol, and after a slash what differs from its usual population. */
  readonly id: string
  readonly teaching: Teaching
  /** How those who are tested are bent. */
  readonly standIn?: StandInName
} & (
  | {
      readonly kind: 'verify'
      readonly protocol: string
      /** A part that fusion does not hear; measured against the same protocol with every part. */
      readonly without?: string
    }
  | { readonly kind: 'watch'; readonly handOver: boolean }
  | { readonly kind: 'liveness'; readonly protocol: string }
)

export interface PlanOptions {
  /** Protocols to run, by the beginning of their name; empty = all. */
  readonly only: readonly string[]
  /** With nothing but the population that ships. */
  readonly shippedOnly: boolean
  /** What each part of the engine adds; fusion is learnt anew for each. */
  readonly ablation: boolean
}

/** What can be run on the folder, in the order of the report. */
export function planRuns(data: DataFolder, { only, shippedOnly, ablation }: PlanOptions): Run[] {
  const runs = new Map<string, Run>()
  for (const { set, run, variants } of [...allRuns(), ...(ablation ? ablationRuns() : [])]) {
    if (!data.has(set)) continue
    for (const variant of [{}, ...variants]) {
      const planned = variantOf(run, variant, (teaching) => !shippedOnly && canTeach(data, teaching))
      if (planned.teaching.from === 'shipped' && planned.kind === 'verify' && planned.without !== undefined) continue
      if (isWanted(planned.id, only) && !runs.has(planned.id)) runs.set(planned.id, planned)
    }
  }
  return [...runs.values()]
}

/** Whether a name begins with one of those asked for; everything does when none is. */
export function isWanted(id: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((start) => id.toLowerCase().startsWith(start.toLowerCase()))
}

/** A run that differs in one thing from the protocol. */
interface Variant {
  readonly name?: string
  readonly teaching?: Teaching
  readonly standIn?: StandInName
}

/** Named by what differs. Who cannot teach is replaced by the population that ships. */
function variantOf(run: Run, { name, teaching, standIn }: Variant, teaches: (teaching: Teaching) => boolean): Run {
  const wanted = teaching ?? taughtLike(run.teaching, standIn)
  const shipped = wanted.from === 'shipped' || !teaches(wanted)
  const parts = [run.id, shipped && run.teaching.from !== 'shipped' ? 'shipped' : (name ?? ''), standIn ?? '']
  return {
    ...run,
    id: parts.filter((part) => part !== '').join('/'),
    teaching: shipped ? { from: 'shipped' } : wanted,
    ...(standIn !== undefined && { standIn })
  }
}

function taughtLike(teaching: Teaching, standIn: StandInName | undefined): Teaching {
  if (teaching.from === 'shipped' || standIn === undefined || !standIns[standIn].teachersToo) return teaching
  return { ...teaching, standIn }
}

interface PlannedRun {
  readonly set: DataSet
  readonly run: Run
  readonly variants: readonly Variant[]
}

const aalto: Teaching = { from: 'aalto-free-text' }
const shipped: Variant = { teaching: { from: 'shipped' } }
const fifty: Variant = { name: 'population-50', teaching: { from: 'aalto-free-text', people: 50 } }
const equalised: Variant = { standIn: 'grain-equalised' }
const sparse: Variant = { standIn: 'sparse-moves' }
const otherDays: readonly Variant[] = [
  { standIn: 'grain-8-later' },
  { standIn: 'grain-16-later' },
  { standIn: 'another-day' },
  { standIn: 'another-day-grain-8' },
  { ...shipped, standIn: 'another-keyboard' },
  { ...shipped, standIn: 'slow-hands' }
]

function allRuns(): PlannedRun[] {
  return [
    ...verificationProtocols.map(({ id, set, teaching }): PlannedRun => ({
      set,
      run: { kind: 'verify', id, protocol: id, teaching },
      variants: variantsOf(id)
    })),
    {
      set: 'aalto-free-text',
      run: { kind: 'watch', id: 'Aalto-watch', handOver: false, teaching: aalto },
      variants: [shipped, { standIn: 'another-day' }]
    },
    {
      set: 'aalto-free-text',
      run: { kind: 'watch', id: 'Aalto-hand-over', handOver: true, teaching: aalto },
      variants: [shipped]
    },
    ...livenessProtocols.map(({ id, set }): PlannedRun => ({
      set,
      run: { kind: 'liveness', id, protocol: id, teaching: { from: 'shipped' } },
      variants: []
    }))
  ]
}

/** Nothing is left out of the population that ships: without teachers there is no ablation. */
function ablationRuns(): PlannedRun[] {
  return ['Aalto-windows-50', 'Aalto-windows-100', 'Aalto-windows-200', 'Aalto-5x50', 'SapiMouse-30'].flatMap(
    (protocol) =>
      ablationParts.map((without): PlannedRun => {
        const set = protocol.startsWith('Aalto') ? 'aalto-free-text' : 'sapimouse'
        const id = `${protocol}/without-${without}`
        return { set, run: { kind: 'verify', id, protocol, without, teaching: { from: set } }, variants: [] }
      })
  )
}

function variantsOf(protocol: string): readonly Variant[] {
  if (protocol === 'Aalto-windows-100') return [fifty, shipped, equalised, ...otherDays]
  if (protocol.startsWith('Aalto-windows')) return [fifty, shipped, equalised]
  return protocol.startsWith('SapiMouse') ? [equalised, sparse] : []
}

/** A folder without the teachers, or with too few of them, is tested with the population that ships. */
function canTeach(data: DataFolder, teaching: Teaching): boolean {
  if (teaching.from === 'shipped') return true
  // A target does not teach.
  const least = teaching.andOthersOf === undefined ? fewestPeople : fewestPeople + 1
  return data.teaches(teaching.from) && teachersOf(data, teaching).length >= least
}
