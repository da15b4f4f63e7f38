// Bots and replays: streams that no hand makes now, and people's own, through the watch of live sessions. Scripts type the very keys that people
// typed, so that nothing but the times gives them away.

import { eventsOf, EventType, type InputEvent, type Recording } from '../biometrics/index.ts'
import { createLivenessWatch, createReplayMemory, type ReplayMemory } from '../biometrics/liveness/index.ts'
import { normals, seededRandom, seedFor } from '../biometrics/random.ts'
import type { DataFolder } from './data-folder.ts'
import type { Measurement } from './measurements.ts'
import { binomialShare } from './metrics/rare-events.ts'
import type { RecordedPerson } from './people.ts'
import { joined } from './slices.ts'

export interface LivenessProtocol {
  readonly id: string
  readonly set: 'aalto-free-text' | 'web-pointer-human-bot'
  /** Whether each stream was flagged; a stream a person, or a visitor. */
  run(data: DataFolder): boolean[]
}

export const livenessProtocols: readonly LivenessProtocol[] = [
  typing('Bots-constant-delay', ({ stream, random }) => {
    const delayMs = 20 + 180 * random()
    return flagged(scripted(stream, () => delayMs, random))
  }),
  typing('Bots-uniform-delay', ({ stream, random }) => {
    const lowMs = 20 + 180 * random()
    const widthMs = 20 + 280 * random()
    return flagged(scripted(stream, () => lowMs + widthMs * random(), random))
  }),
  typing('Replay-verbatim', ({ stream, before }) => flagged(stream, memoryOf(before, stream))),
  typing('Replay-jitter-5ms', ({ stream, before, random }) =>
    flagged(jittered(stream, 5, random), memoryOf(before, stream))
  ),
  typing('People-typing', ({ stream, before }) => flagged(stream, memoryOf(before))),
  visits('Bots-pointer', (data) => data.visits().bots),
  visits('People-pointer', (data) => data.visits().people)
]

export function measureLiveness(protocol: string, streams: readonly boolean[]): Measurement {
  const people = streams.length
  const count = streams.filter((one) => one).length
  return { protocol, metric: 'flagged', people, trials: people, ...binomialShare(count, people) }
}

interface TypedDay {
  /** What the person typed before: sentences 1-10. */
  readonly before: readonly InputEvent[]
  /** Sentences 11-15. */
  readonly stream: readonly InputEvent[]
  readonly random: () => number
}

function typing(id: string, isFlagged: (day: TypedDay) => boolean): LivenessProtocol {
  return {
    id,
    set: 'aalto-free-text',
    run: (data) =>
      data.tested('aalto-free-text').map(({ person, recordings }) =>
        isFlagged({
          before: eventsIn(recordings.slice(0, 10)),
          stream: eventsIn(recordings.slice(10)),
          random: seededRandom(seedFor(data.options.seed, `${id} ${person}`))
        })
      )
  }
}

function visits(id: string, visitors: (data: DataFolder) => readonly RecordedPerson[]): LivenessProtocol {
  return {
    id,
    set: 'web-pointer-human-bot',
    run: (data) => visitors(data).map(({ recordings }) => recordings.some((one) => flagged(eventsOf(one))))
  }
}

function eventsIn(recordings: readonly Recording[]): readonly InputEvent[] {
  return eventsOf(joined(recordings, ''))
}

/** Events between two looks at what the stream is suspected of. */
const lookEvery = 25

function flagged(stream: readonly InputEvent[], memory?: ReplayMemory): boolean {
  const watch = createLivenessWatch(memory)
  return stream.some((event, i) => {
    watch.push(event)
    const looks = i % lookEvery === lookEvery - 1 || i === stream.length - 1
    return looks && watch.assess() !== undefined
  })
}

/** What a server remembers of sessions that have ended. */
function memoryOf(...sessions: readonly (readonly InputEvent[])[]): ReplayMemory {
  const memory = createReplayMemory()
  for (const session of sessions) {
    const watch = createLivenessWatch()
    session.forEach((event, i) => {
      watch.push(event)
      const sketch = watch.takeSketch(i === session.length - 1)
      if (sketch !== undefined) memory.add(sketch)
    })
  }
  return memory
}

/** Key down, the delay, key up, and the next key at once, as `keyboard.type` with a delay does; timers are a little late. */
function scripted(stream: readonly InputEvent[], delayMs: () => number, random: () => number): InputEvent[] {
  const normal = normals(random)
  const busyMs = 0.3 + 2 * random()
  const events: InputEvent[] = []
  let t = 0
  for (const event of stream) {
    if (event.type !== EventType.keyDown) continue
    events.push({ ...event, t, slot: 0 })
    t += delayMs() + Math.abs(normal()) * busyMs
    events.push({ ...event, t, slot: 0, type: EventType.keyUp })
    t += 0.3
  }
  return events
}

/** Each event earlier or later by a normal of standard deviation `sigmaMs`. */
function jittered(stream: readonly InputEvent[], sigmaMs: number, random: () => number): InputEvent[] {
  const normal = normals(random)
  return stream.map((event) => ({ ...event, t: event.t + sigmaMs * normal() })).sort((a, b) => a.t - b.t)
}
