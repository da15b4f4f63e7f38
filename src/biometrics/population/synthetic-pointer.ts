// Invented hands on a pointer. A movement is a first reach that falls short or goes too far, and corrections that overlap it (Meyer et al.,
// Psychological Review 1988), each with the speed profile of least jerk (Flash and Hogan, J. Neuroscience 1985), as long as Fitts's law
// says (1954), with noise that grows with the command (Harris and Wolpert, Nature 1998), here with speed, and outlives one step. The
// screen rounds, and tells of a move only when there was one. No value was chosen on recorded pointers: each has its source, or is a
// judgement that says so.

import type { RecordedEvent } from '../recording.ts'

/** Habits that differ by a factor: of a hundred people 95 lie between `low` and `high`. Times in ms, distances in pixels. */
const factors = {
  /** Fitts's law of the first reach. Start: one motor cycle (Card, Moran and Newell, The Psychology of Human-Computer Interaction, 1983). */
  startMs: { typical: 70, low: 30, high: 100 },
  /**
   * A bit of difficulty (the same, I_M). With corrections and the look before the press that makes 3.9 bits a second; studies of mice find 3.7
   * to 4.9 (Soukoreff and MacKenzie, Int. J. Human-Computer Studies 2004).
   */
  bitMs: { typical: 100, low: 70, high: 120 },
  /** To see where the reach has come and to move on: one perceptual, one cognitive and one motor cycle, of fast and of slow people (the same). */
  correctionMs: { typical: 240, low: 105, high: 470 },
  /** How much the share of the way that a first reach covers varies. Judgement. */
  coverSpread: { typical: 0.07, low: 0.035, high: 0.14 },
  /**
   * Noise along and across the way as a share of speed. With what lasts of it, reaches end some 5 % of their length too far or short and less
   * aside, as the extent of movements varies more than their direction (Gordon, Ghilardi and Ghez, Exp. Brain Res. 1994). Range: judgement.
   */
  noiseAlong: { typical: 0.1, low: 0.05, high: 0.2 },
  noiseAcross: { typical: 0.07, low: 0.035, high: 0.14 },
  /** How long noise lasts: the time constant of muscle (Harris and Wolpert 1998). */
  lastingMs: { typical: 40, low: 30, high: 53 },
  /**
   * Physiological tremor: 8–12 Hz, up to 50 µm from peak to peak (as told by Aye, Zhao and Ang, Int. J. Advanced Robotic Systems 2013;
   * others find several times as much in free hands); 32 µm a pixel (800 counts an inch). Range of the size: judgement.
   */
  tremorHz: { typical: 10, low: 8, high: 12 },
  tremorPx: { typical: 0.8, low: 0.4, high: 1.6 },
  /** Pixels in 16 ms when wandering about, and how often. Judgement. */
  wanderPx: { typical: 3, low: 1.1, high: 8 },
  wanders: { typical: 0.35, low: 0.16, high: 0.78 },
  /** From button down to button up: B of the keystroke-level model (Kieras 1993). People differ as in holds of keys (`synthetic.ts`). */
  clickMs: { typical: 100, low: 67, high: 149 },
  /** To see that the pointer is there, and to see what came of the click: the three cycles of a correction. */
  hoverMs: { typical: 240, low: 105, high: 470 },
  afterMs: { typical: 240, low: 105, high: 470 },
  /** Between notches of the wheel. How often people scroll and drag. Judgement. */
  wheelMs: { typical: 60, low: 27, high: 134 },
  scrolls: { typical: 0.15, low: 0.055, high: 0.4 },
  drags: { typical: 0.06, low: 0.018, high: 0.2 }
} as const

/** Habits that differ by an amount, likewise. */
const amounts = {
  /** Where in the time of a reach its peak lies: before the middle when there is a target to hit (Marteniuk et al., Can. J. Psychology 1987). */
  skew: { typical: 0.4, low: 0.28, high: 0.52 },
  /** Sideways bow of a reach, as a share of its length, to the right of the way; and how it follows the direction. Judgement. */
  bend: { typical: 0, low: -0.12, high: 0.12 },
  bendOfDirection: { typical: 0, low: -0.1, high: 0.1 },
  /** Share of the way that the first reach covers: short of the target more often than beyond (Elliott, Helsen and Chua, Psych. Bulletin 2001). */
  cover: { typical: 0.93, low: 0.83, high: 1.03 }
} as const

type Habits = { readonly [Name in keyof typeof factors | keyof typeof amounts]: number }

/** One person's hand and mouse. */
export interface PointerHand extends Habits {
  /** How often the page hears of the mouse, ms: once a picture at 60 Hz, or as often as a USB mouse reports (125 Hz). */
  readonly beatMs: number
  /** The pixels that the smallest count of the mouse moves. */
  readonly countPx: number
}

export function pointerHandOf(random: () => number, normal: () => number): PointerHand {
  const habits = varied(({ typical }) => typical, 1, normal)
  return {
    ...habits,
    beatMs: random() < 0.2 ? 8 : 16.67,
    countPx: 1 + Math.floor(3 * random() * random()) / 2
  }
}

/**
 * The same hand on another day: half as far from itself as people are from each other, which is a reliability of 0.8, "good" in studies that
 * test people twice (Koo and Li, J. Chiropractic Medicine 2016). The mouse stays.
 */
export function inMood(hand: PointerHand, normal: () => number): PointerHand {
  return { ...hand, ...varied((_, name) => hand[name], 0.5, normal) }
}

interface Range {
  readonly typical: number
  readonly low: number
  readonly high: number
}

/** `share` of the way that people differ from each other, around the place that `from` gives. */
function varied(from: (range: Range, name: keyof Habits) => number, share: number, normal: () => number): Habits {
  const by = (factor: Range, name: keyof Habits): number =>
    from(factor, name) * Math.exp((share * normal() * Math.log(factor.high / factor.low)) / 4)
  const off = (amount: Range, name: keyof Habits): number =>
    from(amount, name) + (share * normal() * (amount.high - amount.low)) / 4
  return { ...mapped(factors, by), ...mapped(amounts, off) }
}

function mapped<Name extends keyof Habits>(
  ranges: Readonly<Record<Name, Range>>,
  value: (range: Range, name: NoInfer<Name>) => number
): Record<Name, number> {
  const names = Object.keys(ranges) as Name[]
  return Object.fromEntries(names.map((name) => [name, value(ranges[name], name)])) as Record<Name, number>
}

/** Where the pointer is, and what it has told so far. */
interface Course {
  readonly events: RecordedEvent[]
  t: number
  x: number
  y: number
  /** What the page has last been told. */
  shownX: number
  shownY: number
  /** Noise that still lasts. */
  along: number
  across: number
}

/** Reaches to targets, with wandering in between; each ends in a click, a drag or a turn of the wheel. */
export function point(
  hand: PointerHand,
  strokes: number,
  from: number,
  random: () => number,
  normal: () => number
): RecordedEvent[] {
  const x = 200 + 800 * random()
  const y = 150 + 500 * random()
  const course: Course = { events: [], t: from, x, y, shownX: x, shownY: y, along: 0, across: 0 }
  for (let stroke = 0; stroke < strokes; stroke++) {
    if (random() < hand.wanders) wander(course, hand, random, normal)
    reachTo(course, hand, 40 + 1240 * random(), 40 + 680 * random(), random, normal)
    act(course, hand, random, normal)
  }
  return course.events
}

function reachTo(
  course: Course,
  hand: PointerHand,
  toX: number,
  toY: number,
  random: () => number,
  normal: () => number
): void {
  const widthPx = 20 + 60 * random()
  let cover = Math.max(0.3, hand.cover + hand.coverSpread * normal())
  for (let reach = 0; reach < 5; reach++) {
    const dx = toX - course.x
    const dy = toY - course.y
    const distance = Math.hypot(dx, dy)
    if (reach > 0 && distance < widthPx / 2) return
    const bits = Math.log2(1 + distance / widthPx)
    const ms = (reach === 0 ? hand.startMs + hand.bitMs * bits : hand.correctionMs) * Math.exp(0.12 * normal())
    const bend = hand.bend + hand.bendOfDirection * (dx / (distance + 1)) + 0.04 * normal()
    // A correction takes over before the reach has come to rest.
    const overlap = 0.8 + 0.2 * random()
    sweep(course, hand, { dx: dx * cover, dy: dy * cover, ms, bend, until: overlap }, normal)
    cover = Math.max(0.5, 0.95 + 0.1 * normal())
    if (random() < 0.25) course.t += 20 + 60 * random()
  }
}

/** One sub-movement; it is broken off at the share `until` of its time. */
interface Sweep {
  readonly dx: number
  readonly dy: number
  readonly ms: number
  readonly bend: number
  readonly until: number
}

function sweep(course: Course, hand: PointerHand, { dx, dy, ms, bend, until }: Sweep, normal: () => number): void {
  const warp = Math.log(0.5) / Math.log(Math.min(Math.max(hand.skew, 0.25), 0.75))
  const steps = Math.max(2, Math.round(ms / hand.beatMs))
  let done = 0
  for (let step = 1; step <= steps * until; step++) {
    const s = (step / steps) ** warp
    const next = s * s * s * (10 - 15 * s + 6 * s * s)
    const share = next - done
    // The slope of a half sine, so that a bow goes out and comes back.
    const aside = bend * Math.PI * Math.cos(Math.PI * next) * share
    done = next
    stepBy(course, hand, dx * share - dy * aside, dy * share + dx * aside, normal)
  }
}

function stepBy(course: Course, hand: PointerHand, dx: number, dy: number, normal: () => number): void {
  const speed = Math.hypot(dx, dy) + 1e-9
  const lasting = Math.exp(-hand.beatMs / hand.lastingMs)
  const fresh = Math.sqrt(1 - lasting ** 2)
  course.along = lasting * course.along + fresh * normal()
  course.across = lasting * course.across + fresh * normal()
  const along = hand.noiseAlong * course.along
  const across = hand.noiseAcross * course.across
  const before = (2 * Math.PI * hand.tremorHz * course.t) / 1000
  course.t += hand.beatMs
  const now = (2 * Math.PI * hand.tremorHz * course.t) / 1000
  course.x += dx * (1 + along) - dy * across + hand.tremorPx * (Math.sin(now) - Math.sin(before))
  course.y += dy * (1 + along) + dx * across + hand.tremorPx * (Math.cos(now) - Math.cos(before))
  show(course, hand, speed)
}

/** The mouse counts in whole counts, and the page hears of moves only. */
function show(course: Course, { countPx }: PointerHand, speed: number): void {
  // Acceleration of the pointer: a fast count goes further.
  const count = countPx * (speed > 20 ? 1.5 : 1)
  const x = Math.round(course.shownX + Math.round((course.x - course.shownX) / count) * count)
  const y = Math.round(course.shownY + Math.round((course.y - course.shownY) / count) * count)
  if (x === course.shownX && y === course.shownY) return
  course.shownX = x
  course.shownY = y
  course.events.push({ t: Math.round(course.t), type: 'mousemove', x, y })
}

/** Slowly about, as people do while they read. */
function wander(course: Course, hand: PointerHand, random: () => number, normal: () => number): void {
  let angle = 2 * Math.PI * random()
  const steps = Math.round((200 + 900 * random()) / hand.beatMs)
  for (let step = 0; step < steps; step++) {
    angle += 0.2 * normal()
    const pace = (hand.wanderPx * hand.beatMs * Math.sin((Math.PI * (step + 0.5)) / steps)) / 16
    stepBy(course, hand, pace * Math.cos(angle), pace * Math.sin(angle), normal)
  }
  course.t += 150 + 600 * random()
}

/** From pressing to dragging, and from arriving to letting go: one motor cycle (Card, Moran and Newell 1983). */
const motorMs = 70

/** What varies from one act to the next: clicks like holds of keys (`synthetic.ts`), the rest by judgement. */
function act(course: Course, hand: PointerHand, random: () => number, normal: () => number): void {
  const { events } = course
  course.t += hand.hoverMs * Math.exp(0.25 * normal())
  if (random() < hand.scrolls) scroll(course, hand, random, normal)
  else {
    tell(course, 'mousedown')
    if (random() < hand.drags) {
      course.t += motorMs * Math.exp(0.3 * normal())
      reachTo(course, hand, course.x + 150 * normal(), course.y + 60 * normal(), random, normal)
      course.t += motorMs * Math.exp(0.3 * normal())
    } else course.t += hand.clickMs * Math.exp(0.22 * normal())
    tell(course, 'mouseup')
  }
  course.t += hand.afterMs * Math.exp(0.25 * normal())
  if (random() < 0.3) course.t += 200 + 700 * random()
  course.t = Math.max(course.t, events.at(-1)?.t ?? course.t)
}

function tell({ events, t, shownX, shownY }: Course, type: 'mousedown' | 'mouseup'): void {
  events.push({ t: Math.round(t), type, x: shownX, y: shownY, button: 0 })
}

function scroll(course: Course, hand: PointerHand, random: () => number, normal: () => number): void {
  const notches = 3 + Math.floor(6 * random())
  for (let notch = 0; notch < notches; notch++) {
    course.t += hand.wheelMs * Math.exp(0.3 * normal())
    const { shownX: x, shownY: y } = course
    course.events.push({ t: Math.round(course.t), type: 'wheel', x, y, dx: 0, dy: 100 })
  }
}
