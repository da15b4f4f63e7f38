// Invented people who type and point: a person has a place in a space of habits, a session has a mood, a keystroke has noise. What they
// press is invented too: words of random letters with the frequencies of English. They serve until a deployment has people of its own.

import { materialOf } from '../engine.ts'
import { learnPopulation, type LearnOptions } from './population.ts'
import type { EnrolledPerson, FusionWeights, Population } from './population-model.ts'
import { normals, seededRandom, seedFor } from '../random.ts'
import { streamOf, type RecordedEvent, type Recording } from '../recording.ts'
import { inMood, point, pointerHandOf, type PointerHand } from './synthetic-pointer.ts'
import { windowsOfStreams } from '../whole.ts'
import type { Window } from '../features/window.ts'

export interface SyntheticOptions {
  /** Recordings of each person. Default 15. */
  readonly sessions?: number
  /** Keystrokes of each recording, roughly. Default 50. */
  readonly keystrokes?: number
  /** Strokes of the pointer after the typing of each recording. Default 6. */
  readonly strokes?: number
  /**
   * Whether a keystroke carries over to the next, as with hands and as liveness expects. Default false: each is off by itself, and who teaches
   * or judges a population of invented people has them as they were.
   */
  readonly carriesOver?: boolean
}

/** Recordings of `people` invented people named `synthetic-<seed>-<n>`, in order. Deterministic for a seed. */
export function syntheticRecordings(seed: number, people: number, options: SyntheticOptions = {}): Recording[] {
  return Array.from({ length: people }, (_, n) => recordingsOfOne(seed, n, options)).flat()
}

/** A population of invented people: what serves on the first day. Every second one only types, as many real ones do. */
export function syntheticPopulation(seed: number, people = 80, { progress }: LearnOptions = {}): Population {
  const enrolled = Array.from({ length: people }, (_, n): EnrolledPerson => {
    progress?.(0)
    return materialOf(windowsOf(recordingsOfOne(seed, n, { sessions: 16, strokes: n % 2 === 0 ? 8 : 0 })))
  })
  const learnt = learnPopulation(enrolled, seed, progress === undefined ? {} : { progress })
  return {
    ...learnt,
    typingFusion: learnt.typingFusion.map(humbled),
    pointingFusion: learnt.pointingFusion.map(humbled)
  }
}

/**
 * Invented people are steadier than real ones, so only a part of what they teach is claimed: on recorded people that teach nothing that
 * ships, whole claims challenged one owner in five. The alarm is set as for whole claims.
 */
function humbled(weights: FusionWeights): FusionWeights {
  return {
    ...weights,
    bias: humility * weights.bias,
    weights: weights.weights.map((weight) => humility * weight)
  }
}

const humility = 0.33

/** The windows of recordings played one after the other on one clock, a second apart. */
export function windowsOf(recordings: readonly Recording[]): Window[] {
  return windowsOfStreams(recordings.map(streamOf))
}

/**
 * Where people differ, in logarithms of milliseconds unless said otherwise: standard deviations between people. Chosen so that the spread
 * between people comes out as in `trainable/argumentation-l2` (MIT).
 */
const between = {
  hold: 0.2,
  holdOfClass: 0.08,
  holdOfPair: 0.04,
  gap: 0.3,
  gapOfPattern: 0.1,
  gapOfPair: 0.13,
  holdBefore: 0.12,
  spread: 0.25
} as const
/** What a mood does to a session, and noise to a keystroke. */
const within = { sessionHold: 0.04, sessionGap: 0.06, hold: 0.22, gap: 0.33 } as const
const typical = { holdMs: 95, gapMs: 190 } as const

interface Hand {
  readonly hold: (cls: number, before: number) => number
  readonly gap: (before: number, cls: number) => number
  /** How much longer a key is held for what comes next. */
  readonly holdBefore: (next: number) => number
  readonly holdSpread: number
  readonly gapSpread: number
  /** Probability that a letter is mistyped and taken back. */
  readonly slips: number
  readonly rightShift: number
  readonly wordPause: number
  readonly pointer: PointerHand
}

const classes = { left: 0, right: 1, space: 2, shift: 3, backspace: 4, enter: 5, other: 6 } as const

function recordingsOfOne(seed: number, n: number, options: SyntheticOptions): Recording[] {
  const { sessions = 15, keystrokes = 50, strokes = 6, carriesOver = false } = options
  const random = seededRandom(seedFor(seed, `person ${n}`))
  const normal = normals(random)
  const hand = handOf(random, normal, normals(seededRandom(seedFor(seed, `ties of person ${n}`))))
  const person = `synthetic-${seed}-${n}`
  return Array.from({ length: sessions }, (_, session): Recording => {
    const typed = type(hand, keystrokes, random, normal, carriesOver)
    const from = (typed.at(-1)?.t ?? 0) + 600 + 400 * random()
    const pointed = point(inMood(hand.pointer, normal), strokes, from, random, normal)
    return { person, session: `${person}-${session + 1}`, kind: 'free', grainMs: 0.1, events: [...typed, ...pointed] }
  })
}

function handOf(random: () => number, normal: () => number, tie: () => number): Hand {
  const table = (spread: number, length: number): number[] => Array.from({ length }, () => spread * normal())
  const tempo = normal()
  // Fast people hold keys shorter, but not in proportion.
  const hold = between.hold * (0.45 * tempo + 0.9 * normal())
  const holdOfClass = table(between.holdOfClass, 7)
  const holdOfPair = table(between.holdOfPair, 49)
  const pattern = table(between.gapOfPattern, 4)
  const gapOfPair = table(between.gapOfPair, 49)
  const gap = between.gap * tempo
  const holdBefore = Array.from({ length: 7 }, () => between.holdBefore * tie())
  return {
    hold: (cls, before) =>
      Math.log(typical.holdMs) + hold + holdOfClass[cls]! + (before < 0 ? 0 : holdOfPair[before * 7 + cls]!),
    gap: (before, cls) =>
      Math.log(typical.gapMs) +
      gap +
      commonGap(before, cls) +
      pattern[patternOf(before, cls)]! +
      gapOfPair[before * 7 + cls]!,
    holdBefore: (next) => holdBefore[next]!,
    holdSpread: within.hold * Math.exp(between.spread * normal()),
    gapSpread: within.gap * Math.exp(between.spread * normal()),
    slips: 0.03 * Math.exp(0.7 * normal()),
    rightShift: random() < 0.25 ? 0.7 : 0.05,
    wordPause: 0.08 * Math.exp(0.5 * normal()),
    pointer: pointerHandOf(random, normal)
  }
}

/** What every hand finds slower or faster: alternation is quick, corrections and Shift take time. */
function commonGap(before: number, cls: number): number {
  if (cls === classes.backspace) return before === classes.backspace ? -0.1 : 0.5
  if (cls === classes.shift) return 0.4
  if (before === classes.shift) return -0.1
  if (cls === classes.other || cls === classes.enter) return 0.3
  if (before === classes.backspace || before === classes.other) return 0.4
  if (cls === classes.space) return -0.15
  if (before === classes.space) return 0.1
  return before === cls ? 0.08 : -0.08
}

function patternOf(before: number, cls: number): number {
  if (before > 1 || cls > 1) return 2 + (cls === classes.space || before === classes.space ? 0 : 1)
  return before === cls ? 0 : 1
}

const letters = 'EEEEEEEEEEEETTTTTTTTTAAAAAAAAOOOOOOOOIIIIIIINNNNNNNSSSSSSHHHHHHRRRRRRDDDDLLLLUUUCCCMMMWWFFGGYYPPBVK'
const leftHand = 'QWERTASDFGZXCVB'

interface Press {
  readonly code: string
  readonly cls: number
}

function type(
  hand: Hand,
  keystrokes: number,
  random: () => number,
  normal: () => number,
  carriesOver: boolean
): RecordedEvent[] {
  const sessionHold = within.sessionHold * normal()
  const sessionGap = within.sessionGap * normal()
  const gapNoise = carriesOver ? lasting(normal) : normal
  const holdNoise = carriesOver ? lasting(normal) : normal
  const events: RecordedEvent[] = []
  const freeAt = new Map<string, number>()
  let t = 0
  let before = -1
  let last: { readonly code: string; readonly t: number; readonly holdMs: number } | undefined

  function release(longer: number): void {
    if (last === undefined) return
    const { code, t: pressed, holdMs } = last
    const until = pressed + holdMs * Math.exp(longer)
    freeAt.set(code, until)
    events.push({ t: pressed, type: 'keydown', code }, { t: until, type: 'keyup', code })
  }

  for (const { code, cls } of text(hand, keystrokes, random)) {
    release(carriesOver ? hand.holdBefore(cls) : 0)
    if (before >= 0) {
      let gap = Math.exp(hand.gap(before, cls) + sessionGap + hand.gapSpread * gapNoise())
      if (before === classes.space && random() < hand.wordPause) gap += 300 + 500 * random()
      t += gap
    }
    // The same finger cannot press what it still holds.
    t = Math.max(t, (freeAt.get(code) ?? -1) + 15)
    let holdMs = Math.exp(hand.hold(cls, before) + sessionHold + hand.holdSpread * holdNoise())
    if (cls === classes.shift) holdMs += Math.exp(hand.gap(classes.shift, classes.left)) * 0.9
    last = { code, t, holdMs }
    before = cls
  }
  release(0)
  return events.sort((a, b) => a.t - b.t)
}

/** Who is slow stays so for some keystrokes: standard normal numbers with a part that outlasts them. */
function lasting(normal: () => number): () => number {
  let slow = 0
  return () => {
    const fresh = normal()
    slow = persistence * slow + Math.sqrt(1 - persistence ** 2) * fresh
    return (freshPart * fresh + slowPart * slow) / wholeSpread
  }
}

const persistence = 0.8
const freshPart = 0.9
const slowPart = 0.3
const wholeSpread = Math.sqrt(
  freshPart ** 2 + slowPart ** 2 + 2 * freshPart * slowPart * Math.sqrt(1 - persistence ** 2)
)

/** Words of two to nine letters, sentences of several words, now and then a slip that is taken back. */
function* text(hand: Hand, keystrokes: number, random: () => number): Generator<Press> {
  let made = 0
  let left = 0
  let sentence = true
  while (made < keystrokes) {
    if (left === 0) {
      if (made > 0) {
        if (random() < 0.1) {
          yield { code: random() < 0.5 ? 'Period' : 'Comma', cls: classes.other }
          made++
          sentence = true
        }
        yield { code: 'Space', cls: classes.space }
        made++
      }
      left = 2 + Math.floor(7 * random() * random() + 2 * random())
      if (sentence) {
        yield { code: random() < hand.rightShift ? 'ShiftRight' : 'ShiftLeft', cls: classes.shift }
        made++
        sentence = false
      }
    }
    if (random() < hand.slips) {
      yield letter(leftHand[Math.floor(random() * leftHand.length)]!)
      yield { code: 'Backspace', cls: classes.backspace }
      made += 2
    }
    yield letter(letters[Math.floor(random() * letters.length)]!)
    made++
    left--
  }
}

function letter(name: string): Press {
  return { code: `Key${name}`, cls: leftHand.includes(name) ? classes.left : classes.right }
}
