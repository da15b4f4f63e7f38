// What a login page tells of how a secret was typed, as JSON in a hidden field of the form. No import: the browser agent bundles this file.

/** Name of the hidden field. Empty, or absent, is no evidence. */
export const rhythmField = 'vigil_rhythm'
/** Keys that are told at most; a longer secret tells nothing. */
export const mostTypedKeys = 128
/** Characters of the field at most. */
export const mostRhythmLength = 4_000

/** Times in milliseconds, in tenths; one entry a key, in the order of the presses. */
export interface TypedRhythm {
  readonly v: 1
  /** Step of the page's clock; 0 = unknown. */
  readonly grain: number
  /** Keys that the browser does not vouch for. A hint only. */
  readonly untrusted: number
  /** Since the first press. */
  readonly press: readonly number[]
  /** How long the key was down; null = its release was not seen. */
  readonly hold: readonly (number | null)[]
}
