// How often the pointer does what: histograms of a hand's small movements, its clicks and its strokes. A value between two bins counts for
// both by its nearness, so that a small change of a hand is a small change of its histogram. Counts add up over stretches of input.

/** One histogram: what is observed, where the bins stand (rising), and how many copies there are for groups such as slow and fast. */
interface Shape {
  readonly at: readonly number[]
  readonly groups: number
}

/**
 * Which there are, their bins and groups were chosen by error rate on SapiMouse and Balabit, whose people teach nothing that ships; figures on
 * the same people are a little kind (docs/pointer.md).
 *
 * Steps are what the pointer does in 16 ms. `ratio` is the logarithm of the speed of one step over that of the step before, `turn` the angle
 * between them; both tell a smooth hand from a trembling one and are held apart by speed. `long…` are the same over 48 ms. Speeds are
 * log(1 + pixels a step), times log milliseconds, angles radians.
 */
const shapes = {
  speed: { at: evenly(0, Math.log1p(150), 10), groups: 1 },
  ratio: { at: [-1.2, -0.5, -0.2, 0, 0.2, 0.5, 1.2], groups: 4 },
  ratioPair: { at: evenly(0, 4, 5), groups: 5 },
  turn: { at: [-2, -0.6, -0.15, 0, 0.15, 0.6, 2], groups: 4 },
  longRatio: { at: [-2, -1, -0.4, 0, 0.4, 1, 2], groups: 4 },
  longTurn: { at: [-2, -0.6, -0.15, 0, 0.15, 0.6, 2], groups: 4 },
  /** Angle to the nearer axis of the screen. */
  axis: { at: [0, 0.03, 0.1, 0.25, 0.5, 0.78], groups: 2 },
  /** Whether the pointer stood still in a step and in the one before. */
  still: { at: [0, 1], groups: 2 },
  /** Left turn, straight on or right turn, per eighth of the compass. */
  turnOfDirection: { at: [0, 1, 2], groups: 8 },
  clickHold: { at: [30, 50, 65, 80, 95, 115, 140, 180, 300].map(Math.log), groups: 1 },
  hover: { at: evenly(Math.log(5), Math.log(2000), 8), groups: 1 },
  afterClick: { at: evenly(Math.log(5), Math.log(2000), 8), groups: 1 },
  strokeLength: { at: evenly(Math.log(5), Math.log(3000), 6), groups: 1 },
  strokeDuration: { at: evenly(Math.log(50), Math.log(3000), 6), groups: 1 },
  strokePeak: { at: evenly(0, Math.log(200), 6), groups: 1 },
  /** Speed at the end of a stroke as a share of its peak. */
  approach: { at: evenly(0, 1, 6), groups: 1 }
} as const satisfies Record<string, Shape>

export type HistogramName = keyof typeof shapes

/** A histogram's place among all bins. */
export interface Histogram {
  readonly name: HistogramName
  /** Number of its first bin. */
  readonly first: number
  /** Bins in all; the groups stand one after the other. */
  readonly bins: number
  readonly at: readonly number[]
}

/** All of them, in the order in which they stand. */
export const pointerHistograms: readonly Histogram[] = placed()

/** Bins of all histograms together. */
export const pointerBins = pointerHistograms.reduce((sum, { bins }) => sum + bins, 0)

export const histogramOf = Object.fromEntries(
  pointerHistograms.map((histogram) => [histogram.name, histogram])
) as Readonly<Record<HistogramName, Histogram>>

/** Counts `value` in, shared between the two bins that it lies between; beyond the ends it counts for the end. */
export function countIn(
  histogram: Histogram,
  group: number,
  value: number,
  counted: (bin: number, share: number) => void
): void {
  const { at } = histogram
  const last = at.length - 1
  const first = histogram.first + group * at.length
  // Written so that NaN counts for the lowest bin: no hostile number leaves the histogram.
  if (!(value > at[0]!)) counted(first, 1)
  else if (value >= at[last]!) counted(first + last, 1)
  else {
    let bin = 1
    while (value >= at[bin]!) bin++
    const share = (value - at[bin - 1]!) / (at[bin]! - at[bin - 1]!)
    counted(first + bin - 1, 1 - share)
    counted(first + bin, share)
  }
}

function placed(): Histogram[] {
  let first = 0
  return (Object.entries(shapes) as [HistogramName, Shape][]).map(([name, { at, groups }]) => {
    const bins = at.length * groups
    const histogram = { name, first, bins, at }
    first += bins
    return histogram
  })
}

function evenly(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))
}
