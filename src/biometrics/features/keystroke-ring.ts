// The last keystrokes, as rows that features are computed from. Their memory is taken once and written over again and again; what a window keeps
// of its keystrokes is a copy.

import { fractions, rowColumn, rowWidth, shortWidth, writeLogarithms, writeRow } from './keystroke-rows.ts'
import { mostAtOnce, type KeyPresses, type Keystroke } from './keystrokes.ts'

export class KeystrokeRing {
  /** Rows of `rowColumn`. After the last of all comes the first. */
  readonly rows: Float64Array
  readonly #capacity: number
  readonly #length: number
  #size = 0
  /** Row that the next keystroke takes. */
  #next = 0
  #gapBeforeMs = Number.NaN

  /** Looks back on `capacity` keystrokes, and holds some more: one event can finish several, and all of them are new. */
  constructor(capacity: number) {
    this.#capacity = capacity
    this.#length = capacity + mostAtOnce
    this.rows = new Float64Array(this.#length * rowWidth)
  }

  /** Keystrokes that it looks back on. */
  get size(): number {
    return this.#size
  }

  /** Row of the oldest of them; the others follow. */
  get first(): number {
    return this.#before(this.#size)
  }

  /** Press of the oldest, or Infinity. */
  startedAt(): number {
    return this.#size > 0 ? this.rows[this.first * rowWidth + rowColumn.pressT]! : Number.POSITIVE_INFINITY
  }

  /** Time between the first press and the last. */
  spanMs(): number {
    return this.rows[this.#before(1) * rowWidth + rowColumn.pressT]! - this.startedAt()
  }

  add(keystroke: Keystroke): void {
    writeRow(this.rows, this.#next, keystroke)
    this.#complete()
  }

  /** Takes all keystrokes that are finished; returns how many. */
  takeFrom(presses: KeyPresses): number {
    let taken = 0
    for (; presses.hasNext; taken++) {
      presses.next(this.rows, this.#next)
      this.#complete()
    }
    return taken
  }

  /** A copy of the newest `count` keystrokes, of which it must hold as many: short rows. */
  newest(count: number): readonly number[] {
    const copy = fractions(count * shortWidth)
    const { rows } = this
    let row = this.#before(count)
    for (let at = 0; at < copy.length; at += shortWidth) {
      for (let column = 0; column < shortWidth; column++) copy[at + column] = rows[row * rowWidth + column]!
      row = row + 1 === this.#length ? 0 : row + 1
    }
    return copy
  }

  #complete(): void {
    this.#gapBeforeMs = writeLogarithms(this.rows, this.#next, this.#gapBeforeMs)
    if (this.#size < this.#capacity) this.#size++
    this.#next = this.#next + 1 === this.#length ? 0 : this.#next + 1
  }

  /** Row of the keystroke this many before the next one. */
  #before(count: number): number {
    const row = this.#next - count
    return row < 0 ? row + this.#length : row
  }
}
