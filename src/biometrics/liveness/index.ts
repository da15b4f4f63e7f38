// Liveness: whether there is a hand at work now. Only ever a reason to ask.

export { livenessKinds, type LivenessAssessment, type LivenessKind } from './finding.ts'
export { createLivenessWatch, type LivenessWatch } from './liveness-watch.ts'
export { createReplayMemory, type ReplayMemory } from './replay-memory.ts'
export { decodeSketch, encodeSketch, type Sketch } from './sketch.ts'
