// Embeddings hop by hop: they add up, whoever else is read at the time.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, it } from 'vitest'
import { createEncoder, type EncoderWeights } from '../../../src/biometrics/encoder/encoder.ts'
import { hopEncoderOf, sequenceView, wholeHops } from '../../../src/biometrics/encoder/hops.ts'
import { sumStatistics, type Statistics } from '../../../src/biometrics/features/statistics.ts'
import { joinSequences, sliceSequence, type TimingSequence } from '../../../src/biometrics/features/timing-sequence.ts'
import { drawnEncoder, drawnSequence, hopsOf } from './material.ts'

let weights: EncoderWeights

beforeAll(async () => {
  weights = await drawnEncoder(3)
})

describe('what a hop says', () => {
  it('is its embedding, read behind what came before', () => {
    const sequence = drawnSequence(75, 2)
    const hops = hopsOf(sequence)
    const { embed } = createEncoder(weights)
    hopEncoderOf(weights)
      .statisticsOf(hops)
      .forEach((statistics, i) => {
        const read = sliceSequence(sequence, Math.max(0, 25 * (i - 1)), 25 * (i + 1))
        expect(statistics).toEqual(sumsOf(embed(read)!, i === 0 ? 0.5 : 1))
      })
  })

  it('counts half when it is the first: the encoder sees half of what it looks at', () => {
    const [first, second] = hopEncoderOf(weights).statisticsOf(hopsOf(drawnSequence(50, 2)))
    expect([first![0], second![0]]).toEqual([0.5, 1])
  })

  it('counts as much as it is long', () => {
    const before = drawnSequence(50, 3)
    const short = drawnSequence(5, 4)
    const long = drawnSequence(60, 5)
    const { embed } = createEncoder(weights)
    const [, ofShort, ofLong] = hopEncoderOf(weights).statisticsOf([before, short, long])
    expect(ofShort).toEqual(sumsOf(embed(joinSequences([sliceSequence(before, 5, 50), short]))!, 0.2))
    expect(ofLong).toEqual(sumsOf(embed(long)!, 2.4))
    expect(sequenceView(hopEncoderOf(weights).size).amountOf(ofShort!)).toBeCloseTo(5, 5)
  })

  it('adds up to what a stretch says', () => {
    const hops = hopsOf(drawnSequence(100, 6))
    const parts = hopEncoderOf(weights).statisticsOf(hops)
    const total = sumStatistics(parts)
    expect(total[0]).toBe(3.5)
    for (let d = 0; d < weights.bias.length; d++) {
      const sum = parts.reduce((before, part) => before + part[3 * d + 1]!, 0)
      expect(total[3 * d + 1]! / total[3 * d]!).toBeCloseTo(sum / 3.5, 5)
    }
  })

  it('is nothing without keystrokes, or with too few and nothing before them', () => {
    const nothing = new Float32Array(3 * weights.bias.length)
    const [empty, few] = [drawnSequence(0, 7), drawnSequence(9, 8)]
    expect(hopEncoderOf(weights).statisticsOf([empty, few, empty])).toEqual([nothing, nothing, nothing])
    const [, , read] = hopEncoderOf(weights).statisticsOf([empty, few, drawnSequence(1, 9)])
    // A keystroke of twenty-five, of which ten of fifty were seen.
    expect(read![0]).toBeCloseTo(0.04 * 0.2, 6)
  })

  it('is the same alone, in a batch, again, and by a copy of the encoder', () => {
    const [ana, ben] = [hopsOf(drawnSequence(100, 10)), hopsOf(drawnSequence(100, 11))]
    const encoder = hopEncoderOf(weights)
    const alone = encoder.statisticsOf(ana)
    encoder.statisticsOf(ben)
    expect(encoder.statisticsOf(ana)).toEqual(alone)
    expect(hopEncoderOf(structuredClone(weights)).statisticsOf(ana.map((hop) => ({ ...hop })))).toEqual(alone)
  })

  it('is read anew behind another hop', () => {
    const [first, second, other] = [drawnSequence(25, 12), drawnSequence(25, 13), drawnSequence(25, 14)]
    const encoder = hopEncoderOf(weights)
    const [, behind] = encoder.statisticsOf([first, second])
    const [, otherwise] = encoder.statisticsOf([other, second])
    const [alone] = encoder.statisticsOf([second])
    expect(otherwise).not.toEqual(behind)
    expect(alone).not.toEqual(behind)
    expect(encoder.statisticsOf([first, second])[1]).toEqual(behind)
  })
})

describe('hops of a whole recording', () => {
  it('are fifty keystrokes, then twenty-five each, then what is left', () => {
    const sequence = drawnSequence(112, 15)
    expect(wholeHops(sequence).map(({ length }) => length)).toEqual([50, 25, 25, 12])
    expect(joinSequences(wholeHops(sequence))).toEqual(sequence)
    expect(wholeHops(drawnSequence(0, 15))).toEqual([])
  })

  it('read a short recording in one go, and weigh it by what the encoder saw', () => {
    const sequence = drawnSequence(40, 16)
    const [read] = hopEncoderOf(weights).statisticsOf(wholeHops(sequence))
    expect(read).toEqual(sumsOf(createEncoder(weights).embed(sequence)!, (40 / 25) * (40 / 50)))
  })
})

/** Weighted by the share of a whole hop, in the layout of `Statistics`. */
function sumsOf(embedding: Float32Array, share: number): Statistics {
  return Float32Array.from([...embedding].flatMap((value) => [share, share * value, share * value ** 2]))
}

describe('what is remembered of hops', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void

  /** Reads a stream hop by hop and keeps the newest alone. */
  function readThrough(): { readonly newest: TimingSequence; readonly first: WeakRef<TimingSequence> } {
    const hops = hopsOf(drawnSequence(250, 10))
    for (let i = 1; i < hops.length; i++) hopEncoderOf(weights).statisticsOf(hops.slice(i - 1, i + 1), 1)
    return { newest: hops.at(-1)!, first: new WeakRef(hops[0]!) }
  }

  it('does not hold what came before the newest for as long as that lives', async () => {
    const { newest, first } = readThrough()
    await expect
      .poll(() => {
        collect()
        return first.deref() === undefined
      })
      .toBe(true)
    expect(newest.length).toBe(25)
  })

  it('is not mistaken for a hop that nothing came before', async () => {
    const { newest } = readThrough()
    await new Promise((resolve) => setTimeout(resolve, 0))
    collect()
    const alone = { length: newest.length, values: newest.values.slice() }
    expect(hopEncoderOf(weights).statisticsOf([newest])).toEqual(hopEncoderOf(weights).statisticsOf([alone]))
  })
})
