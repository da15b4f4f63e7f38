// Fixed text: one secret, typed again and again, judged position by position.

export {
  decodeFixedTextModel,
  decodeFixedTextTemplate,
  encodeFixedTextModel,
  encodeFixedTextTemplate
} from './codec.ts'
export { learnFixedText } from './learning.ts'
export type { FixedTextModel } from './model.ts'
export { fewestRepetitions, fixedTextJudge, fixedTextRatio, type FixedTextJudge } from './ratio.ts'
export { parseTypedRhythm } from './parse-typed-rhythm.ts'
export { repetitionOf, type Repetition } from './repetition.ts'
export { enrolFixedText, updateFixedText, type FixedTextTemplate } from './template.ts'
export { decodeSecretCourse, encodeSecretCourse, type NamedCourse } from './secret-course-codec.ts'
export {
  assessSecret,
  fewestToJudge,
  nothingKnown,
  remembered,
  taught,
  type SecretAssessment,
  type SecretCourse,
  type SecretRefusal,
  type TypedSecret
} from './secret-course.ts'
export { rhythmVerdicts, type RhythmVerdict } from './verdict.ts'
export { rhythmField } from './typed-rhythm.ts'
