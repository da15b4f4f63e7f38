// Measures the goals of performance: `npm run bench`. With `--json` one object a line, otherwise a table with what must be and what should.
// `--only 3,4` measures some of them.

import { parseArgs } from 'node:util'
import { figureOf, reaches, type Goal, type Measured } from './goal.ts'
import { goals } from './goals.ts'

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } }
})
const wanted = options.only?.split(',').map(Number)
const chosen = goals.filter(({ number }) => wanted?.includes(number) ?? true)

for (const goal of chosen) {
  try {
    const measured = await goal.measure()
    process.stdout.write(`${options.json ? jsonLine(goal, measured) : tableLine(goal, measured)}\n`)
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`goal-${goal.number} could not be measured: ${(error as Error).message}\n`)
  }
}

function jsonLine({ number }: Goal, { value, unit, baseline, ratio }: Measured): string {
  return JSON.stringify({
    name: `goal-${number}`,
    value: short(value),
    unit,
    baseline: baseline === undefined ? null : short(baseline),
    ratio: ratio === undefined ? null : short(ratio)
  })
}

function tableLine(goal: Goal, measured: Measured): string {
  const { of, better, must, aim } = goal.limits
  const { value, unit, baseline, note } = measured
  const figure = figureOf(goal, measured)
  const verdict =
    figure === undefined
      ? '–'
      : reaches(aim, figure, better)
        ? 'aim'
        : reaches(must, figure, better)
          ? 'must'
          : 'missed'
  const sign = better === 'lower' ? '≤' : '≥'
  const times = of === 'ratio' ? ' ×' : ` ${unit}`
  const against = baseline === undefined ? '' : ` against ${short(baseline)} ${unit}`
  return [
    `${String(goal.number).padStart(2)}  ${goal.work}`,
    `    ${verdict.padEnd(6)}  ${figure === undefined ? 'not taken' : `${short(figure)}${times}`}` +
      `  (must ${sign} ${must}, aim ${sign} ${aim})  ${short(value)} ${unit}${against}${note === undefined ? '' : `; ${note}`}`
  ].join('\n')
}

function short(value: number): number {
  return Number(value.toPrecision(4))
}
