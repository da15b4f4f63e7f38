// What the behaviour says: the public surface of the biometrics room. Pure: no network, no storage, no clock of its own.

export { hasDrifted, hasForeignHands, noCourse, type Course } from './learning/course.ts'
export {
  createEngine,
  enoughToEnrol,
  enrolledPersonOf,
  keystrokesToEnrol,
  materialOf,
  type Assessment,
  type DetectorShare,
  type Engine,
  type EngineOptions,
  type Stretch
} from './engine.ts'
export type { Detector, FeatureShare } from './detector.ts'
export {
  createDeviceTracker,
  deviceClasses,
  type DeviceClass,
  type DeviceTracker,
  type HeldKeys
} from './device-class.ts'
export { allDetectors, standardDetectors } from './detectors/index.ts'
export { counterNames, EventType, KeyClass, keyClassOf, noCounters, type Counters, type InputEvent } from './events.ts'
export {
  decodeFixedTextTemplate,
  encodeFixedTextTemplate,
  enrolFixedText,
  fixedTextRatio,
  learnFixedText,
  repetitionOf,
  updateFixedText,
  type FixedTextModel,
  type FixedTextTemplate,
  type Repetition
} from './fixed-text/index.ts'
export { fusedParts, type Fusion } from './calibration/fusion.ts'
export { featureNames, featureVersion, type FeatureName } from './features/features.ts'
export { followed, nobodyYet, unlearnt, type Beginning } from './handover.ts'
export {
  anchorOf,
  concludeVisit,
  firstLesson,
  lineageOf,
  type Learner,
  type Lesson,
  type Lineage,
  type Refusal,
  type VisitEnd
} from './learning/learning.ts'
export {
  createLivenessWatch,
  createReplayMemory,
  decodeSketch,
  encodeSketch,
  livenessKinds,
  type LivenessAssessment,
  type LivenessKind,
  type LivenessWatch,
  type ReplayMemory,
  type Sketch
} from './liveness/index.ts'
export { trainPopulation, type TrainOptions } from './population/train-networks.ts'
export {
  completed,
  learnPopulation,
  type AlarmCurve,
  type EnrolledPerson,
  type LearnOptions,
  type Population
} from './population/population.ts'
export { decodePopulation, encodePopulation } from './population/population-file.ts'
export { portraitOf, portrayed, type Trait } from './portrait.ts'
export { joinPeople } from './population/enrolled-person.ts'
export {
  decodeMaterial,
  decodeProfile,
  encodeMaterial,
  encodeProfile,
  type Profile,
  type ProfileModels
} from './profile.ts'
export {
  eventsOf,
  parseRecordings,
  parseRecordingStream,
  stepsOf,
  streamOf,
  type RecordedEvent,
  type RecordedStep,
  type RecordedStream,
  type Recording,
  type RecordingKind
} from './recording.ts'
export { syntheticPopulation, syntheticRecordings, windowsOf, type SyntheticOptions } from './population/synthetic.ts'
export {
  enrolRecordings,
  inputOf,
  learnAblatableFromRecordings,
  learnFromRecordings,
  leastInput,
  probeOf,
  profileFor,
  scoreProbe,
  scoreProbeUnder,
  scoreRecording,
  windowsOfStreams,
  worthJudging,
  type Probe,
  type RecordedInput,
  type RecordedProfile
} from './whole.ts'
export { createVisit, mostKeptToEnrol, type Visit, type VisitSummary } from './learning/visit.ts'
export {
  createWindowBuilder,
  type FeatureWindow,
  type Window,
  type WindowBuilder,
  type WindowOptions
} from './features/window.ts'
