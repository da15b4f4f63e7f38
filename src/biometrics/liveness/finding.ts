// The words of liveness: what a stream can be suspected of, and how strongly.

/** `automation`: no hand made these events; `replay`: a hand made them, on an earlier day. */
export const livenessKinds = ['automation', 'replay'] as const
export type LivenessKind = (typeof livenessKinds)[number]

/** A reason to ask. The absence of one is no evidence of anything (rule 1): a careful forger gives none. */
export interface LivenessAssessment {
  readonly kind: LivenessKind
  /** Natural-log odds of what it was held against, e.g. "copied : typed afresh". */
  readonly strength: number
  /** What speaks for it, in stable words for the audit log, strongest first. */
  readonly reasons: readonly string[]
}
