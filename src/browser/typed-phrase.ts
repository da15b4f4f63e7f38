// On the page that shows a sentence: how it is typed goes with the form, as one frame of the channel's format, and nowhere else. Which key it was stays
// here; the text itself is a field of the form, and everybody knows it who sees the page.

import { noCounters, counterNames, EventType } from '../biometrics/events.ts'
import type { Counters, InputEvent } from '../biometrics/events.ts'
import { phraseField } from '../channel/wire.ts'
import { startCapture } from './capture.ts'
import { measureGrain } from './clock-grain.ts'
import { createFrameWriter } from './encode.ts'

/** Often enough that a pointer that never rests pushes no key out. */
const takeEveryMs = 1_000
/** What no form can hold is not sent. */
const mostEvents = 2_000

/** Follows the form that has the hidden field; without one it does nothing. */
export function startTypedPhrase(page: Document): void {
  const hidden = page.querySelector<HTMLInputElement>(`form input[name="${phraseField}"]`)
  const text = hidden?.form?.querySelector<HTMLTextAreaElement>('textarea')
  if (!hidden?.form || !text) return
  const touchScreen = matchMedia('(pointer: coarse)')
  const capture = startCapture(page)
  let events: InputEvent[] = []
  let counters: Counters = noCounters
  let grainMs = 0
  void measureGrain(() => performance.now()).then((grain) => (grainMs = grain))

  const take = (): void => {
    const taken = capture.take(0, 0)
    events.push(...taken.events.filter(({ type }) => type === EventType.keyDown || type === EventType.keyUp))
    counters = sumOf(counters, taken.counters)
  }
  setInterval(take, takeEveryMs)
  const startAnew = (): void => {
    take()
    events = []
    counters = noCounters
  }
  // Somebody who empties the field begins again.
  text.addEventListener('input', () => {
    if (text.value === '') startAnew()
  })
  // A field of one sentence: Enter sends it, as it does where a code is asked.
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return
    event.preventDefault()
    hidden.form?.requestSubmit()
  })
  hidden.form.addEventListener('submit', () => {
    take()
    hidden.value = events.length > mostEvents ? '' : written()
  })
  page.defaultView?.addEventListener('pageshow', ({ persisted }) => persisted && startAnew())

  function written(): string {
    events.sort((a, b) => a.t - b.t)
    const sentAt = Math.max(performance.now(), events.at(-1)?.t ?? 0)
    const device = touchScreen.matches ? 'touch' : 'keyboard'
    const frame = createFrameWriter({ grainMs }).write({ sentAt, events, counters, device })
    return btoa(String.fromCharCode(...frame))
  }
}

function sumOf(one: Counters, other: Counters): Counters {
  const sum: { -readonly [Name in keyof Counters]: number } = { ...one }
  for (const name of counterNames) sum[name] += other[name]
  return sum
}
