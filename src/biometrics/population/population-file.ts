// A population as one file, and back. Whatever is not a population of this version is refused with one coded error.

import { VigilError } from '../../errors.ts'
import { checkEncoderWeights } from '../encoder/encoder.ts'
import { decodeFixedTextModel, encodeFixedTextModel } from '../fixed-text/index.ts'
import { featureNames, featureVersion } from '../features/features.ts'
import { checkAutoencoder, type AutoencoderWeights } from '../networks/autoencoder-weights.ts'
import { decodePlain, encodePlain, sameShape, type Plain } from '../plain-codec.ts'
import { pointerHistograms } from '../features/pointer-histograms.ts'
import { mostDirections, type PointerVerifierModel } from '../verifiers/pointer-verifier.ts'
import { fusedParts } from '../calibration/fusion.ts'
import type { FusionWeights, Population, SequenceModel } from './population-model.ts'
import { readings } from '../features/statistics.ts'
import type { VerifierModel } from '../verifiers/verifier.ts'

const format = 'vigil-population'
const fileVersion = 2
const mostBytes = 64_000_000

export function encodePopulation(population: Population): Uint8Array {
  const { fixedText, ...rest } = population
  const fixed = fixedText === undefined ? {} : { fixedText: encodeFixedTextModel(fixedText) }
  return encodePlain({ format, fileVersion, featureVersion, population: { ...rest, ...fixed } })
}

/** Throws `population_invalid`. */
export function decodePopulation(bytes: Uint8Array): Population {
  let value: Plain
  try {
    value = decodePlain(bytes, mostBytes)
  } catch (cause) {
    throw new VigilError('population_invalid', 'the population is not plain data', { cause })
  }
  if (!isRecord(value) || value['format'] !== format) throw invalid('a population file')
  if (value['fileVersion'] !== fileVersion || value['featureVersion'] !== featureVersion) {
    throw invalid(`version ${fileVersion} with features ${featureVersion}; learn it anew`)
  }
  const population = value['population']
  if (!isRecord(population)) throw invalid('a population')
  const { typing, pointing, autoencoder, sequence, fixedText, handOverAlarms, ...rest } = population
  if (!sameShape(rest, required)) throw invalid('the fields of a population')
  if (typing !== undefined) checkVerifier(typing, readings)
  if (pointing !== undefined) checkPointing(pointing)
  if (autoencoder !== undefined) {
    if (!sameShape(autoencoder, autoencoderShape)) throw invalid('the fields of an autoencoder')
    checkAutoencoder(autoencoder as unknown as AutoencoderWeights)
  }
  if (sequence !== undefined) checkSequence(sequence)
  if (handOverAlarms !== undefined && !sameShape(handOverAlarms, alarmCurve)) throw invalid('alarms of hand-overs')
  const { fixedText: _, ...others } = population
  const checked = others as unknown as Population
  checkLengths(checked)
  if (fixedText === undefined) return checked
  if (!(fixedText instanceof Uint8Array)) throw invalid('a model of fixed text')
  return { ...checked, fixedText: decodeFixedTextModel(fixedText) }
}

const row = new Float64Array(0)

const alarmCurve: Plain = { maxima: [0], hours: 0 }

const weights: FusionWeights = { amount: 1, bias: 0, weights: [1], middles: [0] }

const required: Plain = {
  version: 1,
  revision: '',
  people: 0,
  scale: { mean: row, within: row, between: row, weight: row },
  background: [row],
  typingFusion: [weights as unknown as Plain],
  pointingFusion: [weights as unknown as Plain],
  alarms: alarmCurve
}

const verifier: Plain = {
  cells: new Int32Array(0),
  mean: row,
  spread: row,
  shrink: row,
  directions: row,
  between: row,
  sizes: row,
  slope: row,
  noise: row
}

const floats = new Float32Array(0)
const layer: Plain = { kernel: floats, bias: floats }

const autoencoderShape: Plain = {
  centre: floats,
  spread: floats,
  encode: layer,
  code: layer,
  decode: layer,
  output: layer,
  mean: floats,
  within: floats,
  between: floats
}

/** `known`: readings that there are. */
function checkVerifier(value: Plain, known: number): void {
  if (!sameShape(value, verifier)) throw invalid('the fields of a verifier')
  const model = value as unknown as VerifierModel
  const cells = model.cells.length
  const rank = model.between.length
  const sizes = model.sizes.length
  const fits =
    sizes > 0 &&
    [model.mean, model.spread, model.shrink].every(({ length }) => length === cells) &&
    model.directions.length === rank * cells &&
    [model.slope, model.noise].every(({ length }) => length === rank * sizes) &&
    model.cells.every((cell) => cell >= 0 && cell < known) &&
    [model.spread, model.between, model.noise, model.sizes].every((values) => values.every((one) => one > 0))
  // NaN stands for "not observed" in features; a model has none.
  const whole = [model.mean, model.shrink, model.directions, model.slope].every((values) =>
    values.every(Number.isFinite)
  )
  if (!fits || !whole) throw invalid('a verifier whose parts fit together')
}

const recurrent: Plain = {
  inputs: 0,
  units: 0,
  kernel: floats,
  recurrent: floats,
  bias: floats,
  recurrentBias: floats
}

const encoderShape: Plain = { version: 1, forward: recurrent, backward: recurrent, kernel: floats, bias: floats }

function checkSequence(value: Plain): void {
  if (!sameShape(value, { encoder: encoderShape, verifier })) throw invalid('the fields of a sequence encoder')
  const model = value as unknown as SequenceModel
  checkEncoderWeights(model.encoder)
  checkVerifier(model.verifier as unknown as Plain, model.encoder.bias.length)
}

const family: Plain = {
  histogram: 0,
  prior: row,
  mean: row,
  spread: row,
  directions: row,
  between: row,
  sizes: row,
  slope: row,
  noise: row,
  knownMean: row,
  knownVariance: row
}

function checkPointing(value: Plain): void {
  if (!sameShape(value, { families: [family] })) throw invalid('the fields of a verifier of pointing')
  for (const one of (value as unknown as PointerVerifierModel).families) {
    const bins = pointerHistograms[one.histogram]?.bins
    const rank = one.between.length
    const known = one.knownMean.length
    const fits =
      rank > 0 &&
      rank <= mostDirections &&
      one.sizes.length > 0 &&
      [one.prior, one.mean, one.spread].every(({ length }) => length === bins) &&
      one.directions.length === rank * (bins ?? 0) &&
      [one.slope, one.noise].every(({ length }) => length === rank * one.sizes.length) &&
      known > 0 &&
      known % rank === 0 &&
      one.knownVariance.length === known &&
      [one.prior, one.spread, one.between, one.sizes, one.noise, one.knownVariance].every((values) =>
        values.every((number) => number > 0)
      )
    const whole = [one.mean, one.directions, one.slope, one.knownMean].every((values) => values.every(Number.isFinite))
    if (!fits || !whole) throw invalid('a verifier of pointing whose parts fit together')
  }
}

function checkLengths(population: Population): void {
  const { scale, background, typingFusion, pointingFusion, alarms, handOverAlarms } = population
  const size = featureNames.length
  const rows = [scale.mean, scale.within, scale.between, scale.weight]
  if (!rows.every(({ length }) => length === size) || !background.every(({ length }) => length === size)) {
    throw invalid(`${size} features`)
  }
  if (!scale.within.every((spread) => spread > 0)) throw invalid('positive spreads')
  for (const { amount, weights: own, middles } of [...typingFusion, ...pointingFusion]) {
    const other = [own, middles].find(({ length }) => length !== fusedParts.length)
    if (other) {
      throw invalid(
        `${fusedParts.length} weights, for ${fusedParts.join(', ')}, got ${other.length}: it was learnt with other detectors, learn it anew`
      )
    }
    if (!(amount > 0)) throw invalid('weights for amounts above 0')
  }
  if (!(alarms.hours >= 0 && (handOverAlarms?.hours ?? 0) >= 0)) throw invalid('watched hours from 0')
}

function isRecord(value: Plain | undefined): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

function invalid(expected: string): VigilError {
  return new VigilError('population_invalid', `population: expected ${expected}`)
}
