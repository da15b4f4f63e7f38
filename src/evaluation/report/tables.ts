// Results to tables: each target with what was reached, and everything that was measured.

import { metrics, type Measurement, type Metric } from '../measurements.ts'
import { reached, targets, type Reached } from '../targets.ts'
import { escaped } from './svg.ts'

/** Targets of protocols that were run. */
export function targetTable(measurements: readonly Measurement[]): string {
  const rows = targets.flatMap((target) => {
    const found = measurements.find(({ protocol, metric }) => protocol === target.protocol && metric === target.metric)
    if (found === undefined) return []
    const { metric, must, aim } = target
    const state = reached(target, found)
    return [
      `<tr><th scope="row">${escaped(target.protocol)}</th><td>${escaped(shortMetrics[metric] ?? metric)}</td>` +
        `<td class="number"><b>${figure(metric, found.value)}</b></td><td class="number range">${range(found)}</td>` +
        `<td class="number">${figure(metric, must)}</td><td class="number">${figure(metric, aim)}</td>` +
        `<td class="state ${state}">${stateWords[state]}</td><td class="number">${found.people}</td></tr>`
    ]
  })
  return table(['protocol', 'metric', 'value', '95 %', 'must', 'aim', 'reached', 'people'], rows)
}

/** What each part adds: without it, and the difference to the engine with every part. */
export function ablationTable(measurements: readonly Measurement[]): string {
  const rows = measurements.flatMap((added) => {
    const [protocol, part] = added.protocol.split('/without-')
    if (added.metric !== 'eer_added' || protocol === undefined || part === undefined) return []
    const of = (metric: Metric): Measurement | undefined =>
      measurements.find((one) => one.protocol === added.protocol && one.metric === metric)
    const eer = of('eer')
    const cllr = of('cllr_added')
    if (eer === undefined || cllr === undefined) return []
    const helps = added.low > 0 || cllr.low > 0
    return [
      `<tr><th scope="row">${escaped(part)}</th><td>${escaped(protocol)}</td>` +
        `<td class="number">${figure('eer', eer.value)}</td><td class="number"><b>${figure('eer_added', added.value)}</b></td>` +
        `<td class="number range">${range(added)}</td><td class="number"><b>${figure('cllr_added', cllr.value)}</b></td>` +
        `<td class="number range">${range(cllr)}</td><td class="state ${helps ? 'must' : ''}">${helps ? '✓ helps' : 'not shown'}</td></tr>`
    ]
  })
  const columns = ['left out', 'protocol', 'EER without', 'EER it saves', '95 %', 'Cllr it saves', '95 %', 'verdict']
  return rows.length === 0 ? '' : table(columns, rows)
}

/** All measurements, one table a protocol, closed until they are asked for. */
export function allMeasurements(measurements: readonly Measurement[]): string {
  return [...Map.groupBy(measurements, ({ protocol }) => protocol)]
    .map(([protocol, own]) => {
      const rows = own.map(
        (one) =>
          `<tr><th scope="row">${escaped(one.metric)}</th><td>${escaped(metrics[one.metric])}</td>` +
          `<td class="number"><b>${figure(one.metric, one.value)}</b></td><td class="number range">${range(one)}</td>` +
          `<td class="number">${one.people}</td><td class="number">${one.trials}</td></tr>`
      )
      const columns = ['metric', 'meaning', 'value', '95 %', 'people', 'trials']
      return `<details><summary>${escaped(protocol)}</summary>${table(columns, rows)}</details>`
    })
    .join('\n')
}

export function table(columns: readonly string[], rows: readonly string[]): string {
  // Heads stand as their cells do.
  const cells = rows[0]?.match(/<t[hd][^>]*>/g) ?? []
  const head = columns
    .map((column, at) => {
      const number = cells[at]?.includes('class="number') ? ' class="number"' : ''
      return `<th scope="col"${number}>${escaped(column)}</th>`
    })
    .join('')
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`
}

export function range({ metric, low, high }: Pick<Measurement, 'metric' | 'low' | 'high'>): string {
  return `${figure(metric, low)} – ${figure(metric, high)}`
}

/** Rates in percent, the others as they are. */
export function figure(metric: Metric, value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (metric === 'cllr_added') return value.toFixed(4)
  if (plain.has(metric)) return Number(value.toPrecision(3)).toString()
  const percent = 100 * value
  return `${percent.toFixed(Math.abs(percent) < 10 && percent !== 0 ? 2 : 1)} %`
}

const plain: ReadonlySet<Metric> = new Set([
  'auc',
  'simple_auc',
  'auc_gain',
  'cllr',
  'min_cllr',
  'mean_keystrokes',
  'median_keystrokes',
  'alarms_per_hour',
  'alarms_per_hour_unluckiest_5'
])

const shortMetrics: Partial<Record<Metric, string>> = {
  eer: 'EER, one threshold',
  eer_per_person: 'EER, per person',
  auc: 'AUC',
  tpr_at_fpr_1: 'strangers noticed at 1 % false alarms',
  owners_challenged: 'owners challenged',
  strangers_challenged_250: 'strangers challenged within 250 keys',
  mean_keystrokes: 'mean keystrokes to challenge',
  flagged: 'streams flagged'
}

const stateWords: Readonly<Record<Reached, string>> = { aim: '★ aim', must: '✓ must', missed: '✗ missed' }
