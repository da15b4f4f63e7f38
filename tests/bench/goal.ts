// What a goal of performance is, and what measuring it gives.

export interface Goal {
  /** Its number in the table of goals: `goal-3`. */
  readonly number: number
  readonly work: string
  readonly limits: Limits
  /** Measures the product and what it is set against in the same run. */
  measure(): Measured | Promise<Measured>
}

/** What the figure has to reach. `of`: which figure, the ratio to the baseline or the value itself. */
export interface Limits {
  readonly of: 'ratio' | 'value'
  readonly better: 'lower' | 'higher'
  readonly must: number
  readonly aim: number
}

export interface Measured {
  readonly value: number
  readonly unit: string
  /** The same unit, of the floor or the peer; undefined where there is none, or where the peer is not installed. */
  readonly baseline?: number
  /** `value / baseline`, or the median over pairs of it. */
  readonly ratio?: number
  /** What a reader of the figure should know. */
  readonly note?: string
}

/** The figure that the limits are about; undefined where it could not be taken. */
export function figureOf({ limits }: Goal, { value, ratio }: Measured): number | undefined {
  return limits.of === 'value' ? value : ratio
}

export function reaches(limit: number, figure: number, better: Limits['better']): boolean {
  return better === 'lower' ? figure <= limit : figure >= limit
}
