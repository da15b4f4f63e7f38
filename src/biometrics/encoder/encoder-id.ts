// Names a sequence encoder by its weights: embeddings of two encoders mean different things, whatever population they came with.

import type { EncoderWeights } from './encoder.ts'

const known = new WeakMap<EncoderWeights, string>()

/** 16 hexadecimal digits, the same for the same weights on every machine. Tells encoders apart; proves nothing against forgery. */
export function encoderIdOf(weights: EncoderWeights): string {
  let id = known.get(weights)
  if (id === undefined) known.set(weights, (id = digestOf(weights)))
  return id
}

/** FNV-1a over words instead of bytes, twice from different starts. */
function digestOf({ version, forward, backward, kernel, bias }: EncoderWeights): string {
  const layers = [forward, backward].flatMap((one) => [one.kernel, one.recurrent, one.bias, one.recurrentBias])
  let [first, second] = [0x811c9dc5 ^ version, 0x9dc5811c ^ bias.length]
  for (const part of [...layers, kernel, bias]) {
    const words = new DataView(part.buffer, part.byteOffset, part.byteLength)
    for (let at = 0; at < part.byteLength; at += 4) {
      const word = words.getUint32(at, true)
      first = Math.imul(first ^ word, 0x01000193)
      second = Math.imul(second ^ (word >>> 7) ^ (word << 25), 0x01000193) + at
    }
  }
  return [first, second].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}
