// Aalto-watch: profiles from sentences 1-10, then sentences 11-15 as they flow, by the owner and by strangers; and hand-over, where nobody has a
// profile and another person types on in the middle. Played by the same judge as live sessions.

import {
  createWindowBuilder,
  EventType,
  enrolRecordings,
  inputOf,
  noCounters,
  stepsOf,
  type Assessment,
  type Engine,
  type InputEvent,
  type Profile,
  type ProfileModels,
  type Recording,
  type Window,
  type WindowBuilder
} from '../biometrics/index.ts'
import { seededRandom, seedFor, shuffled } from '../biometrics/random.ts'
import { judgeAgainst, judgementOf, type Judgement } from '../watch/judge.ts'
import { parseBudget } from '../risk/evidence.ts'
import type { Share } from './matcher.ts'
import type { RecordedPerson } from './people.ts'
import { joined } from './slices.ts'

/** What happened to one person's streams. Plain data: it comes from threads. */
export interface WatchedPerson {
  /** Number of the person among those tested. */
  readonly person: number
  /** Whether the protocol's own stream (sentences 11-15) of the owner was challenged. */
  readonly challenged: boolean
  /** Challenges in that and two further streams of the owner, each held against what the other ten sentences enrol. */
  readonly needless: number
  readonly watchedMs: number
  readonly strangers: readonly MetStranger[]
}

export interface MetStranger {
  readonly person: number
  /** Keystrokes of the stranger until the challenge; undefined = there was none. */
  readonly keystrokes: number | undefined
}

/** A stranger has so many keystrokes to be noticed in. */
export const mostKeystrokes = 250
/** Strangers who try each profile. */
const strangersEach = 20
/** Who takes over a person's session: each of them makes a stream of its own, with a beginning to be learnt. */
const successorsEach = 5
const sentencesEnrolled = 10
const sentencesStreamed = 5
/** Sentences of the owner before another person takes over. */
const sentencesBeforeHandOver = 7

/** Makes what the events of one stream become windows in. */
export type StreamBuilder = () => Pick<WindowBuilder, 'push' | 'count'>

/** Plays every stream of the people in the share, at each budget in turn. */
export function watchPeople(
  engine: Engine,
  people: readonly RecordedPerson[],
  budgets: readonly string[],
  seed: number,
  share: Share,
  newBuilder: StreamBuilder = createWindowBuilder
): WatchedPerson[][] {
  const streams = people.map(({ person, recordings }) =>
    playable(joined(recordings.slice(sentencesEnrolled), person), newBuilder)
  )
  const judgements = judgementsFor(engine, budgets)
  const outcomes = judgements.map((): WatchedPerson[] => [])
  for (let person = share.index; person < people.length; person += share.of) {
    const { recordings } = people[person]!
    const profile = profileFrom(engine, recordings.slice(0, sentencesEnrolled))
    const others = rotations(recordings).map(({ enrolment, stream }) => ({
      profile: profileFrom(engine, enrolment),
      stream: playable(stream, newBuilder)
    }))
    const met = drawStrangers(people.length, person, seed, strangersEach)
    judgements.forEach((judgement, i) => {
      const own = challengesIn(judgement, profile, streams[person]!)
      const further = others.map((other) => challengesIn(judgement, other.profile, other.stream))
      outcomes[i]!.push({
        person,
        challenged: own.length > 0,
        needless: own.length + further.reduce((sum, { length }) => sum + length, 0),
        watchedMs: streams[person]!.watchedMs + others.reduce((sum, { stream }) => sum + stream.watchedMs, 0),
        strangers: met.map((stranger) => ({
          person: stranger,
          keystrokes: firstChallengeIn(judgement, profile, streams[stranger]!)
        }))
      })
    })
  }
  return outcomes
}

/** The same without any profile: the session is held against its own beginning. */
export function watchHandOvers(
  engine: Engine,
  people: readonly RecordedPerson[],
  budgets: readonly string[],
  seed: number,
  share: Share,
  newBuilder: StreamBuilder = createWindowBuilder
): WatchedPerson[][] {
  const whole = people.map(({ person, recordings }) => playable(joined(recordings, person), newBuilder))
  const judgements = judgementsFor(engine, budgets)
  const outcomes = judgements.map((): WatchedPerson[] => [])
  for (let person = share.index; person < people.length; person += share.of) {
    const before = people[person]!.recordings.slice(0, sentencesBeforeHandOver)
    const met = drawStrangers(people.length, person, seed, successorsEach).map((stranger) => ({
      stranger,
      stream: playable(handedOver(before, people[stranger]!.recordings.slice(sentencesBeforeHandOver)), newBuilder)
    }))
    judgements.forEach((judgement, i) => {
      const own = challengesIn(judgement, undefined, whole[person]!)
      const strangers = met.flatMap(({ stranger, stream }) => {
        const keystrokes = firstChallengeIn(judgement, undefined, stream)
        // A needless challenge before the hand-over says nothing about the stranger.
        if (keystrokes !== undefined && keystrokes <= stream.handedOverAfter) return []
        return [{ person: stranger, keystrokes: keystrokes && keystrokes - stream.handedOverAfter }]
      })
      const challenged = own.length > 0
      outcomes[i]!.push({ person, challenged, needless: own.length, watchedMs: whole[person]!.watchedMs, strangers })
    })
  }
  return outcomes
}

interface Stream {
  readonly steps: readonly { readonly event: InputEvent; readonly window: Window | undefined }[]
  readonly watchedMs: number
  /** Keystrokes of the first typist. */
  readonly handedOverAfter: number
}

/** Windows close as in a live session; they are made once, whatever they are held against. */
function playable(
  { events, handedOverAt }: { events: Recording['events']; handedOverAt?: number },
  newBuilder: StreamBuilder
): Stream {
  const builder = newBuilder()
  let watchedMs = 0
  let handedOverAfter = 0
  const steps = Array.from(
    stepsOf({ person: '', session: '', kind: 'free', events }),
    ({ event, counter, position }) => {
      if (counter !== undefined) builder.count({ ...noCounters, [counter]: 1 })
      if (event.type === EventType.keyDown && position < (handedOverAt ?? 0)) handedOverAfter++
      const window = builder.push(event)
      watchedMs += window?.freshMs ?? 0
      return { event, window }
    }
  )
  return { steps, watchedMs, handedOverAfter }
}

/** The stranger goes on a second after the owner. */
function handedOver(
  owner: readonly Recording[],
  stranger: readonly Recording[]
): { events: Recording['events']; handedOverAt: number } {
  const before = owner.flatMap(({ events }) => events)
  const after = stranger.flatMap(({ events }) => events)
  const shift = (before.at(-1)?.t ?? 0) + 1000 - (after[0]?.t ?? 0)
  return {
    events: [...before, ...after.map((event) => ({ ...event, t: event.t + shift }))],
    handedOverAt: before.length
  }
}

/** Keystrokes (from 1) at which the person was challenged. Who is challenged proves it, and the evidence begins anew. */
function challengesIn(judgement: Judgement, profile: Profile | undefined, { steps }: Stream): number[] {
  const challenges: number[] = []
  let judge = judgeAgainst(judgement, profile)
  let keystrokes = 0
  for (const { event, window } of steps) {
    if (event.type === EventType.keyDown) keystrokes++
    if (judge.push(event, window) !== 'HIGH') continue
    challenges.push(keystrokes)
    judge = judgeAgainst(judgement, profile)
  }
  return challenges
}

function firstChallengeIn(judgement: Judgement, profile: Profile | undefined, { steps }: Stream): number | undefined {
  const judge = judgeAgainst(judgement, profile)
  let keystrokes = 0
  for (const { event, window } of steps) {
    if (event.type === EventType.keyDown) keystrokes++
    if (judge.push(event, window) === 'HIGH') return keystrokes
  }
  return undefined
}

/** Sentences 1-5 and 6-10 as streams of their own, held against the ten others: more hours of innocent people. */
function rotations(
  recordings: readonly Recording[]
): { enrolment: readonly Recording[]; stream: { events: Recording['events'] } }[] {
  return [0, sentencesStreamed].map((from) => ({
    enrolment: [...recordings.slice(0, from), ...recordings.slice(from + sentencesStreamed)],
    stream: joined(recordings.slice(from, from + sentencesStreamed), '')
  }))
}

function profileFrom(engine: Engine, recordings: readonly Recording[]): Profile | undefined {
  return enrolRecordings(engine, recordings.map(inputOf)).session
}

/** The budgets share assessments: what a window says of a profile does not depend on them. */
function judgementsFor(engine: Engine, budgets: readonly string[]): Judgement[] {
  const remembering = remembers(engine)
  return budgets.map((budget) => judgementOf(remembering, parseBudget(budget)))
}

function remembers(engine: Engine): Engine {
  const known = new WeakMap<ProfileModels, WeakMap<Window, Assessment>>()
  return {
    ...engine,
    assess(profile, window) {
      let own = known.get(profile)
      if (own === undefined) known.set(profile, (own = new WeakMap()))
      let assessment = own.get(window)
      if (assessment === undefined) own.set(window, (assessment = engine.assess(profile, window)))
      return assessment
    }
  }
}

function drawStrangers(people: number, person: number, seed: number, most: number): number[] {
  const others = Array.from({ length: people }, (_, other) => other).filter((other) => other !== person)
  return shuffled(others, seededRandom(seedFor(seed, `strangers of ${person}`))).slice(0, most)
}
