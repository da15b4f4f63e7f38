// Invented hands on a pointer. A movement is a first reach that falls short or goes too far, and corrections that overlap it (Meyer et al.,
// Psychological Review 1988), each with the speed profile of least jerk (Flash and Hogan, J. Neuroscience 1985), as long as Fitts's law
// says (1954), with noise that grows with speed (Harris and Wolpert, Nature 1998) and outlives one step. The screen rounds, and tells of a
// move only when there was one.

import type { RecordedEvent } from './recording.ts'

/** One person's hand and mouse. Times in ms, distances in pixels. */
export interface PointerHand {
  /** Fitts's law: time of any reach, and time for each bit of difficulty. */
  readonly startMs: number
  readonly bitMs: number
  /** Where in the time of a reach its peak lies. */
  readonly skew: number
  /** Sideways bow of a reach, as a share of its length, to the right of the way; and how it follows the direction. */
  readonly bend: number
  readonly bendOfDirection: number
  /** Share of the way that the first reach covers, and how much that varies. */
  readonly cover: number
  readonly coverSpread: number
  readonly correctionMs: number
  /** Noise along and across the way as a share of speed; what of it lasts from one step to the next; tremor in pixels a step. */
  readonly noiseAlong: number
  readonly noiseAcross: number
  readonly lasting: number
  readonly tremorPx: number
  /** Pixels a step when wandering about, and how often. */
  readonly wanderPx: number
  readonly wanders: number
  readonly clickMs: number
  readonly hoverMs: number
  readonly afterMs: number
  readonly wheelMs: number
  readonly scrolls: number
  readonly drags: number
  /** How often the mouse reports, and the pixels that its smallest count moves. */
  readonly beatMs: number
  readonly countPx: number
}

export function pointerHandOf(random: () => number, normal: () => number): PointerHand {
  const about = (typical: number, spread: number): number => typical * Math.exp(spread * normal())
  return {
    startMs: about(90, 0.35),
    bitMs: about(80, 0.3),
    skew: 0.4 + 0.06 * normal(),
    bend: 0.06 * normal(),
    bendOfDirection: 0.05 * normal(),
    cover: 0.93 + 0.05 * normal(),
    coverSpread: about(0.07, 0.4),
    correctionMs: about(190, 0.3),
    noiseAlong: about(0.14, 0.55),
    noiseAcross: about(0.1, 0.55),
    lasting: Math.min(Math.max(0.45 + 0.25 * normal(), 0), 0.9),
    tremorPx: about(0.3, 0.6),
    wanderPx: about(3, 0.5),
    wanders: Math.min(0.8, about(0.35, 0.4)),
    clickMs: about(85, 0.28),
    hoverMs: about(60, 0.8),
    afterMs: about(50, 0.8),
    wheelMs: about(60, 0.4),
    scrolls: Math.min(0.6, about(0.15, 0.5)),
    drags: Math.min(0.3, about(0.06, 0.6)),
    beatMs: random() < 0.2 ? 8 : 16.67,
    countPx: 1 + Math.floor(3 * random() * random()) / 2
  }
}

/** The same hand on another day: a good third as far from itself as people are from each other. The mouse stays. */
export function inMood(hand: PointerHand, normal: () => number): PointerHand {
  const about = (typical: number, spread: number): number => typical * Math.exp(spread * normal())
  return {
    ...hand,
    startMs: about(hand.startMs, 0.14),
    bitMs: about(hand.bitMs, 0.12),
    skew: hand.skew + 0.025 * normal(),
    bend: hand.bend + 0.025 * normal(),
    bendOfDirection: hand.bendOfDirection + 0.02 * normal(),
    cover: hand.cover + 0.02 * normal(),
    coverSpread: about(hand.coverSpread, 0.15),
    correctionMs: about(hand.correctionMs, 0.12),
    noiseAlong: about(hand.noiseAlong, 0.15),
    noiseAcross: about(hand.noiseAcross, 0.15),
    lasting: Math.min(Math.max(hand.lasting + 0.06 * normal(), 0), 0.9),
    tremorPx: about(hand.tremorPx, 0.15),
    wanderPx: about(hand.wanderPx, 0.2),
    wanders: Math.min(0.8, about(hand.wanders, 0.3)),
    clickMs: about(hand.clickMs, 0.12),
    hoverMs: about(hand.hoverMs, 0.25),
    afterMs: about(hand.afterMs, 0.25),
    wheelMs: about(hand.wheelMs, 0.2),
    drags: Math.min(0.3, about(hand.drags, 0.5))
  }
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
  const fresh = Math.sqrt(1 - hand.lasting ** 2)
  course.along = hand.lasting * course.along + fresh * normal()
  course.across = hand.lasting * course.across + fresh * normal()
  const along = hand.noiseAlong * course.along
  const across = hand.noiseAcross * course.across
  course.x += dx * (1 + along) - dy * across + hand.tremorPx * course.along * (hand.beatMs / 16)
  course.y += dy * (1 + along) + dx * across + hand.tremorPx * course.across * (hand.beatMs / 16)
  course.t += hand.beatMs
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

function act(course: Course, hand: PointerHand, random: () => number, normal: () => number): void {
  const { events } = course
  course.t += hand.hoverMs * Math.exp(0.5 * normal())
  if (random() < hand.scrolls) scroll(course, hand, random, normal)
  else {
    tell(course, 'mousedown')
    if (random() < hand.drags) {
      course.t += 80 * Math.exp(0.3 * normal())
      reachTo(course, hand, course.x + 150 * normal(), course.y + 60 * normal(), random, normal)
      course.t += 60 * Math.exp(0.3 * normal())
    } else course.t += hand.clickMs * Math.exp(0.18 * normal())
    tell(course, 'mouseup')
  }
  course.t += hand.afterMs * Math.exp(0.5 * normal())
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
