// The same events as JSON that says the same and no more: one array an event, `[t,type,class,slot]` of a key and `[t,type,x,y]` of the pointer, with a
// button in between where there is one, in a frame with number, clock and grain. Times to 0.1 ms, as on the wire.

import { EventType, type InputEvent } from '../../../src/biometrics/events.ts'

export function jsonBytes(sequence: number, sentAt: number, events: readonly InputEvent[]): number {
  const entries = events.map(({ t, type, cls, slot, x, y }) => {
    const at = Math.round(10 * t) / 10
    if (type === EventType.keyDown || type === EventType.keyUp) return [at, type, cls, slot]
    const place = [Math.round(x), Math.round(y)]
    const isPress = type === EventType.pointerDown || type === EventType.pointerUp
    return isPress ? [at, type, cls, ...place] : [at, type, ...place]
  })
  return Buffer.byteLength(JSON.stringify({ n: sequence, t: sentAt, g: 0.1, e: entries }))
}
