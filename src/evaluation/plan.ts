// Which protocols are run with which population: the rows of the report.

import { fewestPeople } from '../biometrics/population.ts'
import type { DataFolder } from './data-folder.ts'
import type { Teaching } from './populations.ts'
import { hasDataSet, type DataSet } from './readers/index.ts'
import { verificationProtocols } from './verification.ts'

export type Run = {
  /** Name in `--json`: the protocol, and after a slash what differs from its usual population. */
  readonly id: string
  readonly teaching: Teaching
} & ({ readonly kind: 'verify'; readonly protocol: string } | { readonly kind: 'watch'; readonly handOver: boolean })

export interface PlanOptions {
  /** Protocols to run, by the beginning of their name; empty = all. */
  readonly only: readonly string[]
  /** With nothing but the population that ships. */
  readonly shippedOnly: boolean
}

/** What can be run on the folder, in the order of the report. */
export function planRuns(data: DataFolder, { only, shippedOnly }: PlanOptions): Run[] {
  const runs = new Map<string, Run>()
  for (const { set, run, alsoWith } of allRuns()) {
    if (!data.has(set)) continue
    for (const [suffix, teaching] of [['', run.teaching] as const, ...alsoWith]) {
      const shipped = shippedOnly || teaching.from === 'shipped' || !canTeach(data, teaching)
      // A protocol whose usual population is the one that ships needs no word for it.
      const name = shipped ? (run.teaching.from === 'shipped' ? '' : '/shipped') : suffix
      const id = `${run.id}${name}`
      if (only.length > 0 && !only.some((start) => id.toLowerCase().startsWith(start.toLowerCase()))) continue
      if (!runs.has(id)) runs.set(id, { ...run, id, teaching: shipped ? { from: 'shipped' } : teaching })
    }
  }
  return [...runs.values()]
}

interface PlannedRun {
  readonly set: DataSet
  readonly run: Run
  readonly alsoWith: readonly (readonly [suffix: string, teaching: Teaching])[]
}

const aalto: Teaching = { from: 'aalto-free-text' }
const shipped: Teaching = { from: 'shipped' }

function allRuns(): PlannedRun[] {
  return [
    ...verificationProtocols.map(({ id, set, teaching }): PlannedRun => ({
      set,
      run: { kind: 'verify', id, protocol: id, teaching },
      alsoWith: id.startsWith('Aalto-windows')
        ? [
            ['/population-50', { from: 'aalto-free-text', people: 50 }],
            ['/shipped', shipped]
          ]
        : []
    })),
    {
      set: 'aalto-free-text',
      run: { kind: 'watch', id: 'Aalto-watch', handOver: false, teaching: aalto },
      alsoWith: [['/shipped', shipped]]
    },
    {
      set: 'aalto-free-text',
      run: { kind: 'watch', id: 'Aalto-hand-over', handOver: true, teaching: aalto },
      alsoWith: []
    }
  ]
}

/** A folder without the teachers, or with too few of them, is tested with the population that ships. */
function canTeach(data: DataFolder, teaching: Teaching): boolean {
  if (teaching.from === 'shipped') return true
  const folder = data.options.populationData ?? data.options.data
  return hasDataSet(folder, teaching.from) && data.teachers(teaching.from).length >= fewestPeople
}
