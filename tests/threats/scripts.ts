// Scripts that type and point, as the tools that people use for it do: with constant delays, with delays drawn from an interval, along
// straight lines and along curves. Timers are late now and then, as timers are.

import { EventType, keyClassOf, type InputEvent } from '../../src/biometrics/index.ts'
import { normals } from '../../src/biometrics/random.ts'

export type Delays = 'constant' | 'uniform' | 'normal' | 'log-normal'

const text =
  'the invoice for march was paid last week and the one for april is still open please check the amounts before you send ' +
  'them on there were 27 boxes in the shipment of which 3 came back we will meet on friday at 10 to talk about the new ' +
  'offers from the other two houses nobody has to prepare anything but bring the numbers of the last quarter with you '

const codes: Readonly<Record<string, string>> = { ' ': 'Space', ',': 'Comma', '.': 'Period' }

function codeOf(character: string): string {
  if (character >= '0' && character <= '9') return `Digit${character}`
  return codes[character] ?? `Key${character.toUpperCase()}`
}

/**
 * - `press`: key down, the delay, key up, and the next at once (Playwright's `keyboard.type` with a delay);
 * - `dispatch`: down and up at once, then the delay (`dispatchEvent`, WebDriver's `sendKeys` with pauses);
 * - `both`: a hold of its own and then the delay.
 */
export type Style = 'press' | 'dispatch' | 'both'
export const styles: readonly Style[] = ['press', 'dispatch', 'both']

export interface ScriptedTyping {
  readonly delays: Delays
  readonly style: Style
  readonly keystrokes: number
}

/** A script with parameters of its own: which delay, which interval, how busy the machine is. */
export function scriptedTyping({ delays, style, keystrokes }: ScriptedTyping, random: () => number): InputEvent[] {
  const normal = normals(random)
  const busyMs = 0.3 + 2 * random()
  const late = () => Math.abs(normal()) * busyMs + (random() < 0.01 ? 30 * random() : 0)
  const delay = delayOf(delays, 20 + 180 * random(), 20 + 280 * random(), random, normal)
  const hold = delayOf(delays, 15 + 60 * random(), 10 + 100 * random(), random, normal)
  const from = Math.floor(random() * text.length)
  const events: InputEvent[] = []
  let t = 1000 * random()
  for (let i = 0; i < keystrokes; i++) {
    const cls = keyClassOf(codeOf(text[(from + i) % text.length]!))
    const heldMs = style === 'press' ? delay() + late() : style === 'dispatch' ? 1.5 * random() : hold() + late()
    events.push({ t, type: EventType.keyDown, cls, slot: 0, x: 0, y: 0 })
    t += heldMs
    events.push({ t, type: EventType.keyUp, cls, slot: 0, x: 0, y: 0 })
    t += style === 'press' ? 0.3 + late() / 4 : delay() + late()
  }
  return events
}

/** `lowMs` is the constant, or the lower end of an interval `widthMs` wide. */
function delayOf(
  delays: Delays,
  lowMs: number,
  widthMs: number,
  random: () => number,
  normal: () => number
): () => number {
  if (delays === 'constant') return () => lowMs
  if (delays === 'uniform') return () => lowMs + widthMs * random()
  if (delays === 'normal') return () => Math.max(lowMs + widthMs / 2 + (widthMs / 4) * normal(), 1)
  return () => lowMs * Math.exp(0.4 * normal())
}

export type Pointing = 'lines' | 'curves' | 'jumps'

/**
 * - `lines`: Playwright's `mouse.move` with steps, WebDriver's pointer actions;
 * - `curves`: ghost-cursor, cubic Bézier curves sampled evenly, sometimes past the target and back;
 * - `jumps`: a click without a way to it (`page.click`).
 */
export function scriptedPointing(pointing: Pointing, clicks: number, random: () => number): InputEvent[] {
  const events: InputEvent[] = []
  const normal = normals(random)
  let t = 0
  let x = 200
  let y = 200
  const stepMs = 1 + 15 * random()
  const move = (toX: number, toY: number): void => {
    t += stepMs + Math.abs(normal())
    events.push({ t, type: EventType.pointerMove, cls: 0, slot: 0, x: Math.round(toX), y: Math.round(toY) })
  }
  for (let click = 0; click < clicks; click++) {
    const toX = 50 + 1150 * random()
    const toY = 50 + 620 * random()
    if (pointing === 'jumps') move(toX, toY)
    else if (pointing === 'lines') {
      const steps = 10 + Math.floor(20 * random())
      for (let i = 1; i <= steps; i++) move(x + ((toX - x) * i) / steps, y + ((toY - y) * i) / steps)
    } else {
      const beyond = random() < 0.3
      const [viaX, viaY] = beyond ? [toX + 40 * normal(), toY + 40 * normal()] : [toX, toY]
      curve(x, y, viaX, viaY, random, move)
      if (beyond) curve(viaX, viaY, toX, toY, random, move)
    }
    x = toX
    y = toY
    t += 2 + 3 * random()
    const at = { cls: 0, slot: 0, x: Math.round(x), y: Math.round(y) }
    events.push({ t, type: EventType.pointerDown, ...at })
    t += 1 + random()
    events.push({ t, type: EventType.pointerUp, ...at })
    t += 300 + 1500 * random()
  }
  return events
}

/** As ghost-cursor draws it: two anchors on one side of the line, points at even parameters, more of them for a longer way. */
function curve(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  random: () => number,
  move: (x: number, y: number) => void
): void {
  const length = Math.hypot(toX - fromX, toY - fromY)
  const side = random() < 0.5 ? -1 : 1
  const spread = Math.min(Math.max(length, 2), 200)
  const anchors = [random(), random()]
    .sort((a, b) => a - b)
    .map((along) => {
      const aside = side * spread * random()
      return {
        x: fromX + (toX - fromX) * along - ((toY - fromY) / (length || 1)) * aside,
        y: fromY + (toY - fromY) * along + ((toX - fromX) / (length || 1)) * aside
      }
    })
  const steps = Math.ceil((Math.log2(2 * Math.log2(length / 100 + 1) + 1) + random() * 25) * 3)
  for (let i = 1; i <= steps; i++) {
    const s = i / steps
    const r = 1 - s
    move(
      r ** 3 * fromX + 3 * r * r * s * anchors[0]!.x + 3 * r * s * s * anchors[1]!.x + s ** 3 * toX,
      r ** 3 * fromY + 3 * r * r * s * anchors[0]!.y + 3 * r * s * s * anchors[1]!.y + s ** 3 * toY
    )
  }
}
