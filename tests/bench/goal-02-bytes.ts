// Goal 2: what an event costs on the wire, against the same events as JSON. Seconds of forty people who type and point, one frame each.

import { encodeBody, encodeFrame } from '../../src/browser/encode.ts'
import { noCounters } from '../../src/biometrics/events.ts'
import { jsonBytes } from './floor/json.ts'
import type { Goal } from './goal.ts'
import { inputOf } from './product.ts'

const people = 40
const secondsEach = 60

export const goal2: Goal = {
  number: 2,
  work: 'bytes an event against JSON, before padding',
  limits: { of: 'ratio', better: 'lower', must: 1 / 4, aim: 1 / 5 },
  measure() {
    let events = 0
    let bytes = 0
    let padded = 0
    let json = 0
    for (let n = 0; n < people; n++) {
      const input = inputOf(3000 + n, secondsEach * 1000)
      let next = 0
      for (let second = 1; second <= secondsEach; second++) {
        const first = next
        while (next < input.length && input[next]!.t <= second * 1000) next++
        const own = input.slice(first, next)
        if (own.length === 0) continue
        const frame = {
          sequence: second,
          sentAt: second * 1000,
          grainMs: 0.1,
          hidden: false,
          counters: noCounters,
          events: own
        }
        events += own.length
        // Of a page that has been open for a while: the frame before it went a second ago.
        const before = { ...frame, sequence: second - 1, sentAt: (second - 1) * 1000 }
        bytes += encodeBody(frame, before).length
        padded += encodeFrame(frame, before).length
        json += jsonBytes(second, second * 1000, own)
      }
    }
    return {
      value: bytes / events,
      unit: 'bytes',
      baseline: json / events,
      ratio: bytes / json,
      note: `${(padded / events).toFixed(2)} bytes with padding`
    }
  }
}
