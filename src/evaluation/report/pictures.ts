// Results to pictures: error rates traded against each other, claims held against the truth, and how soon strangers are challenged.

import type { RunResult } from '../evaluate.ts'
import { keystrokesToChallenge } from '../measure-watching.ts'
import { reliability } from '../metrics/calibration.ts'
import { operatingPoints } from '../metrics/error-rates.ts'
import { curveOf, onceEach, rankTrials, type Trials } from '../metrics/trials.ts'
import { mostKeystrokes, type WatchedPerson } from '../watching.ts'
import { normalDeviateScale } from './normal-deviate.ts'
import { drawChart, linearScale, type Line } from './svg.ts'

/** One chart a family of runs; a family of which nothing was run is left out. */
export function detCharts(results: readonly RunResult[]): string[] {
  const families: [title: string, lines: Line[]][] = [
    ['Free text, population of half of the people', aaltoLines(results, '')],
    ['Free text, with only the population that ships', aaltoLines(results, '/shipped')],
    ['Free text, everybody’s clock alike', aaltoLines(results, '/grain-equalised')],
    [
      'Fixed text: one password',
      [
        ...lineFor(results, 'CMU-200', 'enrolled with 200', 1),
        ...lineFor(results, 'CMU-10', 'enrolled with 10', 2),
        ...simpleLineFor(results, 'CMU-200', 'simple method, 200', 1),
        ...simpleLineFor(results, 'CMU-10', 'simple method, 10', 2)
      ]
    ],
    [
      'Pointer',
      [
        ...[15, 30, 60].flatMap((s, i) => lineFor(results, `SapiMouse-${s}`, `web page, ${s} s`, i + 1)),
        ...lineFor(results, 'Balabit', 'remote desktop, session', 4),
        ...simpleLineFor(results, 'SapiMouse-60', 'simple method, web page, 60 s', 3)
      ]
    ]
  ]
  return families
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) =>
      drawChart({
        title,
        x: normalDeviateScale(),
        y: normalDeviateScale(),
        xLabel: 'strangers accepted',
        yLabel: 'owners refused',
        lines,
        guide: [
          [1e-4, 1e-4],
          [0.7, 0.7]
        ]
      })
    )
}

export function reliabilityChart(results: readonly RunResult[]): string[] {
  const shown: [protocol: string, label: string][] = [
    ['Aalto-windows-50', '50 keystrokes'],
    ['Aalto-windows-200', '200 keystrokes'],
    ['Aalto-windows-50/shipped', '50 keystrokes, what ships'],
    ['SapiMouse-30', 'pointer, 30 s']
  ]
  const lines = shown.flatMap(([protocol, label], i): Line[] => {
    const trials = trialsOf(results, protocol)
    if (trials === undefined) return []
    const points = reliability(rankTrials(trials)).map(({ claimed, observed }) => [claimed, observed] as const)
    return [{ label, points, colour: i + 1, dots: true }]
  })
  if (lines.length === 0) return []
  const scale = linearScale(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1], (value) => `${Math.round(100 * value)} %`)
  return [
    drawChart({
      title: 'Are the claims true?',
      x: scale,
      y: scale,
      xLabel: 'claimed probability of a stranger',
      yLabel: 'strangers among them',
      lines,
      guide: [
        [0, 0],
        [1, 1]
      ]
    })
  ]
}

/** Solid: the first budget; dashed: the second. */
export function challengeCharts(results: readonly RunResult[]): string[] {
  const families: [title: string, ids: readonly (readonly [id: string, label: string])[]][] = [
    [
      'How soon is a stranger challenged?',
      [
        ['Aalto-watch', ''],
        ['Aalto-watch/shipped', ', what ships'],
        ['Aalto-watch/another-day', ', another day']
      ]
    ],
    [
      'How soon, when nobody has a profile?',
      [
        ['Aalto-hand-over', ''],
        ['Aalto-hand-over/shipped', ', what ships']
      ]
    ]
  ]
  return families.flatMap(([title, ids]) => {
    const lines = ids.flatMap(([id, label], i) => {
      const watched = results.find(({ run }) => run.id === id)?.watched ?? []
      return watched.map(({ budget, people }, n): Line => ({
        label: `${budget}${label}`,
        points: challengedSoFar(people),
        colour: i + 1,
        dashed: n > 0
      }))
    })
    if (lines.length === 0) return []
    return [
      drawChart({
        title,
        x: linearScale(0, mostKeystrokes, [0, 50, 100, 150, 200, 250], String),
        y: linearScale(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1], (value) => `${Math.round(100 * value)} %`),
        xLabel: 'keystrokes of the stranger',
        yLabel: 'strangers challenged so far',
        lines
      })
    ]
  })
}

function challengedSoFar(people: readonly WatchedPerson[]): [number, number][] {
  const keystrokes = keystrokesToChallenge(people)
  const points: [number, number][] = [[0, 0]]
  let challenged = 0
  for (let until = 1; until < mostKeystrokes; until++) {
    points.push([until - 1, challenged / keystrokes.length])
    while (challenged < keystrokes.length && keystrokes[challenged]! <= until) challenged++
    points.push([until, challenged / keystrokes.length])
  }
  return points
}

function aaltoLines(results: readonly RunResult[], suffix: string): Line[] {
  return [
    ...[50, 100, 200].flatMap((n, i) => lineFor(results, `Aalto-windows-${n}${suffix}`, `${n} keystrokes`, i + 1)),
    ...simpleLineFor(results, `Aalto-windows-200${suffix}`, 'simple method, 200 keystrokes', 3)
  ]
}

function lineFor(results: readonly RunResult[], protocol: string, label: string, colour: number): Line[] {
  const trials = trialsOf(results, protocol)
  return trials === undefined ? [] : [detLine(trials, label, colour)]
}

function simpleLineFor(results: readonly RunResult[], protocol: string, label: string, colour: number): Line[] {
  const simple = results.find(({ run }) => run.id === protocol)?.simple
  return simple === undefined ? [] : [{ ...detLine(simple, label, colour), dashed: true }]
}

function detLine(trials: Trials, label: string, colour: number): Line {
  const points = operatingPoints(curveOf(rankTrials(trials), onceEach(trials.people)))
  return { label, points: points.map(({ far, frr }) => [far, frr] as const), colour }
}

function trialsOf(results: readonly RunResult[], protocol: string): Trials | undefined {
  return results.find(({ run }) => run.id === protocol)?.trials
}
