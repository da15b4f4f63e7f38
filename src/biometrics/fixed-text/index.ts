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
export { repetitionOf, type Repetition } from './repetition.ts'
export { enrolFixedText, updateFixedText, type FixedTextTemplate } from './template.ts'
