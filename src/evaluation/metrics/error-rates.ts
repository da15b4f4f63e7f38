// Error rates of trials whose scores rise towards "stranger". An input is accepted up to a threshold: owners above it are falsely refused
// (FRR), strangers below it falsely accepted (FAR). Between two thresholds the rates go on in a straight line, as a decision by lot among
// equal scores would; this settles ties.

import type { Curve } from './trials.ts'

/** Rate at which as many owners are refused as strangers accepted. NaN without owners or strangers. */
export function equalErrorRate(curve: Curve): number {
  return alongCurve(curve, (a, b) => {
    if (b.far < b.frr) return undefined
    // far - frr goes from below 0 to 0 or more on this piece.
    const before = a.frr - a.far
    const after = b.far - b.frr
    const share = before + after === 0 ? 0 : before / (before + after)
    return a.far + share * (b.far - a.far)
  })
}

/** Share of strangers who are noticed when at most `falsePositives` of the owners' inputs are doubted. */
export function strangersNoticedAt(curve: Curve, falsePositives: number): number {
  return alongCurve(curve, (a, b) => {
    if (b.frr > falsePositives) return undefined
    const share = (a.frr - falsePositives) / (a.frr - b.frr)
    return 1 - (a.far + share * (b.far - a.far))
  })
}

/** Share of owners' inputs that are accepted when at most `falseAcceptances` of the strangers' are. */
export function ownersAcceptedAt(curve: Curve, falseAcceptances: number): number {
  return alongCurve(curve, (a, b) => {
    if (b.far <= falseAcceptances) return undefined
    const share = (falseAcceptances - a.far) / (b.far - a.far)
    return 1 - (a.frr + share * (b.frr - a.frr))
  })
}

/** Probability that a stranger scores higher than an owner, ties counted half (Hanley and McNeil 1982). */
export function areaUnderCurve({ owner, stranger, owners, strangers }: Curve): number {
  let below = 0
  let area = 0
  for (let i = 0; i < owner.length; i++) {
    area += stranger[i]! * (below + owner[i]! / 2)
    below += owner[i]!
  }
  return area / (owners * strangers)
}

export interface OperatingPoint {
  readonly far: number
  readonly frr: number
}

/** The curve's corners, from "everybody is refused" on; of corners that lie within 3 % of each other in both rates one is enough. */
export function operatingPoints(curve: Curve): OperatingPoint[] {
  const points: OperatingPoint[] = [{ far: 0, frr: 1 }]
  alongCurve(curve, (_, to) => {
    const last = points.at(-1)!
    const change = (rate: 'far' | 'frr'): number => Math.abs(to[rate] - last[rate]) / (to[rate] + smallestRate)
    if (change('far') + change('frr') > 0.03) points.push(to)
    return undefined
  })
  return points
}

/** What is smaller is off every plot. */
const smallestRate = 1e-4

/** Walks the pieces of the curve by rising threshold until `found` answers. */
function alongCurve(
  { owner, stranger, owners, strangers }: Curve,
  found: (from: OperatingPoint, to: OperatingPoint) => number | undefined
): number {
  if (owners === 0 || strangers === 0) return Number.NaN
  let from = { far: 0, frr: 1 }
  let accepted = 0
  let refused = owners
  for (let i = 0; i < owner.length; i++) {
    if (owner[i] === 0 && stranger[i] === 0) continue
    accepted += stranger[i]!
    refused -= owner[i]!
    const to = { far: accepted / strangers, frr: Math.max(refused, 0) / owners }
    const answer = found(from, to)
    if (answer !== undefined) return answer
    from = to
  }
  return Number.NaN
}
