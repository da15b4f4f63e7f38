// The report: one file that needs nothing beside it, in light and dark.

import type { RunResult } from '../evaluate.ts'
import { challengeCharts, detCharts, reliabilityChart } from './pictures.ts'
import { escaped } from './svg.ts'
import { ablationTable, allMeasurements, targetTable } from './tables.ts'

export interface ReportOptions {
  /** What was evaluated, in words. */
  readonly about: string
}

export function reportPage(results: readonly RunResult[], { about }: ReportOptions): string {
  const measurements = results.flatMap((result) => result.measurements)
  const det = detCharts(results)
  const other = [...challengeCharts(results), ...reliabilityChart(results)]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Vigil: evaluation</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>How well does Vigil know who is typing?</h1>
<p>${escaped(about)}</p>
</header>
${section('Against the targets', 'Value with its 95 % interval from resampled people. A target counts as reached when the value reaches it; the interval says how sure that is.', targetTable(measurements))}
${section('One error traded for the other', 'Detection error trade-off on normal deviates: lower left is better, a straight line is a normal distribution of scores. On the grey diagonal both errors are equal.', charts(det))}
${section('Watching a session', 'Streams of about a minute, played by the judge of live sessions under a budget of needless challenges. Scores are likelihood ratios: on the grey diagonal of the last picture they can be taken at their word.', charts(other))}
${section('What each part adds', 'The population learnt without it, fusion and all; the same people and trials. It helps when an interval lies above zero.', ablationTable(measurements))}
${section('Everything that was measured', '', allMeasurements(measurements))}
</body>
</html>
`
}

function section(title: string, words: string, content: string): string {
  if (content === '') return ''
  return `<section><h2>${escaped(title)}</h2>${words === '' ? '' : `<p>${escaped(words)}</p>`}\n${content}\n</section>`
}

function charts(drawn: readonly string[]): string {
  return drawn.length === 0 ? '' : `<div class="charts">${drawn.join('\n')}</div>`
}

const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fdfdfb, #14161a);
  --ink: light-dark(#1c1f24, #e8e8e4);
  --quiet: light-dark(#5d636c, #9aa1ab);
  --rule: light-dark(#dfe1e3, #31353c);
  --c1: light-dark(#0b62c4, #6db1ff);
  --c2: light-dark(#b4530a, #ffa657);
  --c3: light-dark(#1a7f4b, #5fd39a);
  --c4: light-dark(#8a3ab9, #d5a0f5);
  --bad: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 68rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; text-wrap: balance }
h2 { font-size: 1.2rem; margin: 2.8rem 0 .25rem }
p { margin: 0 0 1rem; color: var(--quiet); max-width: 46rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums }
th, td { padding: .32rem .9rem .32rem 0; text-align: left; font-weight: 400; border-bottom: 1px solid var(--rule); vertical-align: baseline }
thead th { color: var(--quiet); font-size: .8rem; white-space: nowrap }
th[scope=row] { white-space: nowrap }
.number { text-align: right; white-space: nowrap }
.range { color: var(--quiet) }
.state { white-space: nowrap }
.aim, .must { color: var(--c3) }
.missed { color: var(--bad) }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 2rem 1.5rem; margin-top: 1rem }
figure { margin: 0; max-width: 34rem }
figcaption { font-weight: 600; margin-bottom: .4rem }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif }
.grid { stroke: var(--rule); fill: none }
.frame { stroke: var(--quiet); fill: none }
.guide { stroke: var(--quiet); stroke-width: 1; fill: none; opacity: .6 }
.tick { fill: var(--quiet); font-size: 11px }
.axis { fill: var(--ink) }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
.dashed { stroke-dasharray: 5 4; stroke-width: 1.5 }
.c1 { stroke: var(--c1) } .c2 { stroke: var(--c2) } .c3 { stroke: var(--c3) } .c4 { stroke: var(--c4) }
.dot { fill: var(--paper); stroke-width: 2 }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .4rem 0 0; padding: 0; font-size: .85rem; color: var(--quiet) }
.legend svg { display: inline-block; width: 28px; height: 8px; margin-right: .4rem; vertical-align: middle }
details { border-bottom: 1px solid var(--rule) }
summary { padding: .45rem 0; cursor: pointer }
details .wide { margin: 0 0 1rem }
`
