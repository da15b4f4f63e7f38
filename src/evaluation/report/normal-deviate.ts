// The axes of a DET plot (Martin et al., "The DET curve in assessment of detection task performance", Eurospeech 1997): rates stand at their
// normal deviate, so that normal scores give straight lines and small rates get room.

import type { Scale } from './svg.ts'

/** From 0.1 % to 60 %. */
export function normalDeviateScale(): Scale {
  const low = normalDeviate(0.001)
  const high = normalDeviate(0.6)
  return {
    at: (rate) => (normalDeviate(rate) - low) / (high - low),
    ticks: [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4].map((value) => ({
      value,
      label: `${Number((100 * value).toPrecision(3))} %`
    }))
  }
}

/** Where the standard normal distribution reaches `share`; ends are drawn in to 1e-5. Relative error below 1.2e-9 (P. J. Acklam, 2003). */
export function normalDeviate(share: number): number {
  const p = Math.min(Math.max(share, 1e-5), 1 - 1e-5)
  if (p > 0.5) return -normalDeviate(1 - p)
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return polynomial(tail, q) / (q * polynomial(tailBelow, q) + 1)
  }
  const q = p - 0.5
  const r = q * q
  return (q * polynomial(middle, r)) / (r * polynomial(middleBelow, r) + 1)
}

// Highest power first.
const middle = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239
]
const middleBelow = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572]
const tail = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783
]
const tailBelow = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416]

function polynomial(coefficients: readonly number[], at: number): number {
  return coefficients.reduce((sum, coefficient) => sum * at + coefficient, 0)
}
