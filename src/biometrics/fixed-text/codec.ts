// Models and templates as bytes, and back. What is read is trusted in nothing: version, keys, kinds, lengths and ranges are checked.

import { VigilError, type ErrorCode } from '../../errors.ts'
import { decodePlain, encodePlain, sameShape, type Plain } from '../plain-codec.ts'
import {
  modelVersion,
  partsPerView,
  regressors,
  spreadRegressors,
  type FixedTextModel,
  type SizeModel
} from './model.ts'
import { fewestKeys, mostKeys, views } from './repetition.ts'
import { fewestOthers, templateVersion, type FixedTextTemplate } from './template.ts'

const modelFormat = 'vigil-fixed-text'
const templateFormat = 'vigil-fixed-text-template'
const mostBytes = 200_000

export function encodeFixedTextModel(model: FixedTextModel): Uint8Array {
  return encodePlain({ format: modelFormat, ...model })
}

export function encodeFixedTextTemplate(template: FixedTextTemplate): Uint8Array {
  return encodePlain({ format: templateFormat, ...template })
}

/** Throws `population_invalid` for anything but a model of this version. */
export function decodeFixedTextModel(bytes: Uint8Array): FixedTextModel {
  const refuse = refusing('population_invalid', 'fixed text model')
  const { format: _format, ...model } = recordOf(bytes, modelFormat, modelVersion, refuse)
  if (!sameShape(model, modelShape)) refuse('the fields of a model')
  const checked = model as unknown as FixedTextModel
  if (checked.alone.length === 0) refuse('at least one size')
  for (const kind of ['alone', 'company'] as const) checkSizes(checked[kind], regressors[kind], refuse)
  return checked
}

/** Throws `profile_corrupt` for anything but a template of this version. */
export function decodeFixedTextTemplate(bytes: Uint8Array): FixedTextTemplate {
  const refuse = refusing('profile_corrupt', 'fixed text template')
  const { format: _format, ...template } = recordOf(bytes, templateFormat, templateVersion, refuse)
  const { company, ...rest } = template
  if (!sameShape(rest, templateShape)) refuse('the fields of a template')
  if (company !== undefined && !sameShape(company, companyShape)) refuse('the fields of a company')
  const checked = template as unknown as FixedTextTemplate
  checkTemplate(checked, refuse)
  return checked
}

type Refuse = (expected: string, cause?: unknown) => never

function refusing(code: ErrorCode, name: string): Refuse {
  return (expected, cause) => {
    throw new VigilError(code, `${name}: expected ${expected}`, cause === undefined ? {} : { cause })
  }
}

type Fields = { readonly [key: string]: Plain }

function recordOf(bytes: Uint8Array, format: string, version: number, refuse: Refuse): Fields {
  let value: Plain
  try {
    value = decodePlain(bytes, mostBytes)
  } catch (cause) {
    return refuse('plain data', cause)
  }
  if (typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value)) return refuse('a record')
  const fields = value as Fields
  if (fields['format'] !== format) refuse(format)
  if (fields['version'] !== version) refuse(`version ${version}; learn it anew`)
  return fields
}

const row = new Float64Array(0)

const viewModel: Plain = {
  owner: row,
  ownerSpread: row,
  drift: 0,
  stranger: row,
  strangerSpread: row,
  pace: row
}

const sizeModel: Plain = { repetitions: 0, views: [viewModel], weights: row }

const modelShape: Plain = { version: 0, alone: [sizeModel], company: [sizeModel] }

const templateShape: Plain = {
  version: 0,
  keys: 0,
  repetitions: 0,
  views: [{ weight: row, mean: row, rhythm: row, scatter: row }]
}

const companyShape: Plain = { people: 0, mean: [row], variance: [row] }

/** Coefficients of logarithms and variances beyond this are not those of people. */
const largest = 1e4

function checkSizes(sizes: readonly SizeModel[], width: number, refuse: Refuse): void {
  let last = 0
  for (const size of sizes) {
    if (!(size.repetitions > last)) refuse('rising sizes')
    last = size.repetitions
    if (size.views.length !== views.length) refuse(`${views.length} views`)
    if (!isRow(size.weights, 1 + views.length * partsPerView)) refuse('a weight for each part')
    for (const { owner, ownerSpread, drift, stranger, strangerSpread, pace } of size.views) {
      const fits =
        isRow(owner, width) &&
        isRow(stranger, width) &&
        isRow(ownerSpread, spreadRegressors) &&
        isRow(strangerSpread, 2) &&
        isRow(pace, 4) &&
        drift >= 0 &&
        drift < largest
      if (!fits) refuse('coefficients for every regressor')
      if (!(pace[1]! > 0 && pace[3]! > 0)) refuse('positive variances of the pace')
    }
  }
}

function checkTemplate({ keys, repetitions, views: statistics, company }: FixedTextTemplate, refuse: Refuse): void {
  if (!Number.isInteger(keys) || keys < fewestKeys || keys > mostKeys) refuse(`${fewestKeys} to ${mostKeys} keys`)
  if (!Number.isInteger(repetitions) || repetitions < 0) refuse('a number of repetitions')
  const lengths = views.map((view) => (view === 'hold' ? keys : keys - 1))
  const rows = (list: readonly Float64Array[]): boolean =>
    list.length === lengths.length && list.every((one, i) => isRow(one, lengths[i]!))
  for (const name of ['weight', 'mean', 'rhythm', 'scatter'] as const) {
    if (!rows(statistics.map((one) => one[name]))) refuse(`${name} of every position`)
  }
  if (!statistics.every(({ weight, scatter }) => isFromZero(weight) && isFromZero(scatter))) {
    refuse('weights and scatters from 0')
  }
  if (company === undefined) return
  if (!Number.isInteger(company.people) || company.people < fewestOthers) refuse(`${fewestOthers} other people or more`)
  if (!rows(company.mean) || !rows(company.variance) || !company.variance.every(isFromZero)) {
    refuse('what other people do at every position')
  }
}

function isRow(values: Float64Array, length: number): boolean {
  return values.length === length && values.every((value) => Math.abs(value) < largest)
}

function isFromZero(values: Float64Array): boolean {
  return values.every((value) => value >= 0)
}
