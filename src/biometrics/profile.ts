// A profile: what is stored of a person. The material (sums and features, no events) and the models derived from it under one
// population. A profile read back is trusted in nothing: version, keys, kinds, lengths and sizes are checked.

import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { VigilError } from '../errors.ts'
import { standardDetectors } from './detectors/index.ts'
import { packSequences, unpackSequences } from './encoder/sequence.ts'
import { featureNames, featureVersion } from './features/features.ts'
import type { TimingSequence } from './features/timing-sequence.ts'
import { decodePlain, encodePlain, sameShape, type Plain, type PlainArray } from './plain-codec.ts'
import { thinned } from './population/enrolled-person.ts'
import type { EmbeddedHops, EnrolledPerson, PopulationBase } from './population/population-model.ts'
import { seededRandom } from './random.ts'
import type { PersonModels, TrainedDetector } from './scoring.ts'
import { statisticsLength, type Statistics } from './features/statistics.ts'
import type { Place } from './verifiers/verifier.ts'

/** What a window is judged by. */
export interface ProfileModels {
  /** Revision of the population that the models were derived under. */
  readonly population: string
  readonly models: PersonModels
}

export interface Profile extends ProfileModels {
  readonly version: number
  readonly featureVersion: number
  readonly seed: number
  readonly keystrokes: number
  readonly strokes: number
  readonly person: EnrolledPerson
}

export const profileVersion = 4
/** Versions 2 and 3 had no unsteadiness, version 2 no `embedded`; otherwise they are the same. */
const readableVersions: ReadonlySet<unknown> = new Set([2, 3, profileVersion])
/** Material beyond this is thinned by joining neighbours, so that a profile stays small. */
export const mostHops = 64
export const mostRows = 64
const mostBytes = 1_000_000

export function encodeProfile(profile: Profile): Uint8Array {
  return deflateRawSync(encodePlain({ ...profile, person: packedPerson(profile.person) }))
}

/** Throws `profile_corrupt` for anything but a profile of this version or one of the two before. */
export function decodeProfile(bytes: Uint8Array): Profile {
  const fields = recordOf(plainOf(bytes), 'profile')
  expectKeys(fields, ['version', 'featureVersion', 'population', 'seed', 'keystrokes', 'strokes', 'person', 'models'])
  if (!readableVersions.has(fields['version']) || fields['featureVersion'] !== featureVersion) {
    throw corrupt(`version ${profileVersion} with features ${featureVersion}`)
  }
  const { population } = fields
  if (typeof population !== 'string' || population.length > 200) throw corrupt('the name of a population')
  return {
    version: profileVersion,
    featureVersion,
    population,
    seed: finite(fields['seed'], 'seed'),
    keystrokes: finite(fields['keystrokes'], 'keystrokes'),
    strokes: finite(fields['strokes'], 'strokes'),
    person: personOf(recordOf(fields['person'], 'person')),
    models: modelsOf(recordOf(fields['models'], 'models'))
  }
}

/** What a profile will be made of, while there is not enough for one; thinned as a profile's is. */
export function encodeMaterial(person: EnrolledPerson): Uint8Array {
  return deflateRawSync(encodePlain({ featureVersion, person: packedPerson(thinned(person, mostHops)) }))
}

/** Throws `profile_corrupt` for anything but material of these features. */
export function decodeMaterial(bytes: Uint8Array): EnrolledPerson {
  const fields = recordOf(plainOf(bytes), 'material')
  expectKeys(fields, ['featureVersion', 'person'])
  if (fields['featureVersion'] !== featureVersion) throw corrupt(`features ${featureVersion}`)
  return personOf(recordOf(fields['person'], 'person'))
}

/** Throws `profile_corrupt`. */
function plainOf(bytes: Uint8Array): Plain {
  try {
    return decodePlain(inflateRawSync(bytes, { maxOutputLength: mostBytes }), mostBytes)
  } catch (cause) {
    throw new VigilError('profile_corrupt', 'a profile is not plain data', { cause })
  }
}

function packedPerson(person: EnrolledPerson): Plain {
  return {
    rows: joined(person.rows, Float32Array),
    hops: joined(person.hops, Float32Array),
    hopMs: Float64Array.from(person.hopMs),
    typed: packSequences(person.typed),
    typedLengths: Int32Array.from(person.typed, ({ length }) => length),
    ...(person.embedded && { embedded: packedEmbedded(person.embedded) })
  }
}

/** Only hops that have sums take room: `at` says which they are. */
function packedEmbedded({ encoder, sums }: EmbeddedHops): Plain {
  const filled = sums.flatMap((sum, at) => (sum.length > 0 ? [at] : []))
  const kept = filled.map((at) => sums[at]!)
  return { encoder, at: Int32Array.from(filled), sums: joined(kept, Float32Array) }
}

function personOf(fields: Fields): EnrolledPerson {
  const { embedded } = fields
  const keys = ['rows', 'hops', 'hopMs', 'typed', 'typedLengths']
  expectKeys(fields, embedded === undefined ? keys : [...keys, 'embedded'])
  const hopMs = fields['hopMs']
  const rows = split(fields['rows'], featureNames.length, mostRows, 'rows').map((row) => Float64Array.from(row))
  const hops = split(fields['hops'], statisticsLength, mostHops, 'hops')
  if (!(hopMs instanceof Float64Array) || hopMs.length !== hops.length || rows.length !== hops.length) {
    throw corrupt('as many rows and times as hops')
  }
  if (!hopMs.every((ms) => ms >= 0 && ms < 1e12)) throw corrupt('times of hops')
  for (const hop of hops) if (!hop.every(Number.isFinite)) throw corrupt('finite sums')
  return {
    rows,
    hops,
    hopMs: [...hopMs],
    typed: sequencesOf(fields, hops.length),
    ...(embedded !== undefined && { embedded: embeddedOf(recordOf(embedded, 'embedded'), hops.length) })
  }
}

/** Throws `profile_corrupt`. */
function embeddedOf(fields: Fields, hops: number): EmbeddedHops {
  expectKeys(fields, ['encoder', 'at', 'sums'])
  const { encoder, at, sums } = fields
  if (typeof encoder !== 'string' || encoder.length > 64) throw corrupt('the name of an encoder')
  if (!(at instanceof Int32Array) || at.length === 0) throw corrupt('hops that were read')
  if (!at.every((hop, i) => hop > (at[i - 1] ?? -1) && hop < hops)) throw corrupt('hops that were read, in order')
  if (!(sums instanceof Float32Array) || !sums.every(Number.isFinite)) throw corrupt('finite sums of embeddings')
  const length = sums.length / at.length
  if (!Number.isInteger(length) || length === 0 || length % 3 !== 0 || length > mostEmbedded) {
    throw corrupt('sums of embeddings of one length')
  }
  const read = Array.from({ length: hops }, () => new Float32Array(0))
  at.forEach((hop, i) => (read[hop] = sums.slice(i * length, (i + 1) * length)))
  return { encoder, sums: read }
}

/** Numbers a hop: three a dimension. */
const mostEmbedded = 3 * 512

/** Throws `profile_corrupt`. */
function sequencesOf({ typed, typedLengths }: Fields, hops: number): TimingSequence[] {
  if (!(typed instanceof Uint16Array) || !(typedLengths instanceof Int32Array) || typedLengths.length !== hops) {
    throw corrupt('a sequence of keystrokes for every hop')
  }
  if (!typedLengths.every((length) => length >= 0 && length <= mostTyped)) throw corrupt('lengths of sequences')
  const sequences = unpackSequences(typed, typedLengths)
  if (sequences === undefined) throw corrupt('sequences as long as they say')
  return sequences
}

/** Keystrokes of one hop: no window has more that are new. */
const mostTyped = 4096

function modelsOf(fields: Fields): PersonModels {
  for (const key of Object.keys(fields)) {
    if (!modelFields.has(key)) throw corrupt(`no field ${JSON.stringify(key)}`)
  }
  const { typed, pointed } = fields
  if (typeof typed !== 'boolean' || typeof pointed !== 'boolean') throw corrupt('what the person was seen doing')
  const list = fields['detectors']
  if (!Array.isArray(list) || list.length !== standardDetectors.length) throw corrupt('the state of every detector')
  const detectors = (list as readonly Plain[]).map((entry, i): TrainedDetector => {
    const trained = recordOf(entry, 'detector')
    expectKeys(trained, ['id', 'version', 'state', 'strangerMean', 'strangerSpread'])
    const detector = standardDetectors[i]!
    if (trained['id'] !== detector.id) throw corrupt(`the state of ${detector.id}`)
    const version = finite(trained['version'], 'detector version')
    const state = trained['state']
    // A state of another version is never read: its profile is derived anew.
    if (version === detector.version && !sameShape(state, shapes[i]!)) throw corrupt(`a state of ${detector.id}`)
    const strangerSpread = finite(trained['strangerSpread'], 'spread')
    if (strangerSpread <= 0) throw corrupt('a positive spread')
    const strangerMean = finite(trained['strangerMean'], 'mean')
    const usable = version === detector.version && scoresSafely(i, state)
    if (version === detector.version && !usable) throw corrupt(`a state of ${detector.id} that can be read`)
    return { id: detector.id, version, state, strangerMean, strangerSpread }
  })
  const typing = fields['typing'] === undefined ? undefined : placeOf(fields['typing'])
  const sequence = fields['sequence'] === undefined ? undefined : placeOf(fields['sequence'])
  const pointing = fields['pointing'] === undefined ? undefined : placeOf(fields['pointing'])
  return {
    typed,
    pointed,
    detectors,
    ...(typing === undefined ? {} : { typing }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(pointing === undefined ? {} : { pointing })
  }
}

const modelFields: ReadonlySet<string> = new Set(['typed', 'pointed', 'detectors', 'typing', 'sequence', 'pointing'])

const nobody: PopulationBase = {
  scale: {
    mean: new Float64Array(featureNames.length),
    within: new Float64Array(featureNames.length).fill(1),
    between: new Float64Array(featureNames.length),
    weight: new Float64Array(featureNames.length)
  },
  background: []
}

/** What a state of each detector looks like: the one before anything is learnt. */
const shapes = standardDetectors.map((detector) => detector.init(nobody, seededRandom(1)) as Plain)

/** A state whose arrays do not fit together gives no number. */
function scoresSafely(i: number, state: unknown): boolean {
  try {
    const score = standardDetectors[i]!.score(state, { features: new Float64Array(featureNames.length) })
    return score === undefined || Number.isFinite(score)
  } catch {
    return false
  }
}

function placeOf(value: Plain | undefined): Place {
  const fields = recordOf(value, 'place')
  const { mean, variance, unsteadiness } = fields
  expectKeys(fields, unsteadiness === undefined ? ['mean', 'variance'] : ['mean', 'variance', 'unsteadiness'])
  if (!(mean instanceof Float64Array) || !(variance instanceof Float64Array) || mean.length !== variance.length) {
    throw corrupt('a place of equal lengths')
  }
  if (!mean.every(Number.isFinite) || !variance.every((v) => v > 0 && Number.isFinite(v)))
    throw corrupt('a finite place')
  if (unsteadiness === undefined) return { mean, variance }
  const known = finite(unsteadiness, 'unsteadiness')
  if (known <= 0) throw corrupt('a positive unsteadiness')
  return { mean, variance, unsteadiness: known }
}

type Fields = { readonly [key: string]: Plain }

function recordOf(value: Plain | undefined, name: string): Fields {
  if (typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value))
    throw corrupt(`${name} to be a record`)
  return value as Fields
}

function expectKeys(fields: Fields, keys: readonly string[]): void {
  const had = Object.keys(fields)
  if (had.length !== keys.length || !keys.every((key) => Object.hasOwn(fields, key))) {
    throw corrupt(`the fields ${keys.join(', ')}`)
  }
}

function finite(value: Plain | undefined, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw corrupt(`${name} to be a number`)
  return value
}

function joined(parts: readonly PlainArray[], make: typeof Float32Array): Float32Array {
  const length = parts[0]?.length ?? 0
  const all = new make(parts.length * length)
  parts.forEach((part, i) => all.set(part, i * length))
  return all
}

function split(value: Plain | undefined, length: number, most: number, name: string): Statistics[] {
  if (!(value instanceof Float32Array) || value.length % length !== 0 || value.length > most * length) {
    throw corrupt(`${name} of ${length} numbers, at most ${most}`)
  }
  return Array.from({ length: value.length / length }, (_, i) => value.slice(i * length, (i + 1) * length))
}

function corrupt(expected: string): VigilError {
  return new VigilError('profile_corrupt', `profile: expected ${expected}`)
}
