// Pieces of a stream, cut as if the session had begun and ended there.

import type { RecordedEvent, Recording } from '../biometrics/index.ts'

/** Sentences of one sitting as one recording, on the clock of their table. */
export function joined(recordings: readonly Recording[], session: string): Recording {
  const [first] = recordings
  return {
    person: first?.person ?? '',
    session,
    kind: first?.kind ?? 'free',
    events: recordings.flatMap(({ events }) => events)
  }
}

/** Pieces of exactly `keystrokes` presses each with their releases, side by side; what is left over is dropped. */
export function byKeystrokes(recording: Recording, keystrokes: number): Recording[] {
  const pieces: RecordedEvent[][] = []
  // The piece in which a key was pressed gets its release, even when the next piece has begun.
  const pressedIn = new Map<string, number>()
  let presses = 0
  for (const event of recording.events) {
    if (!('code' in event)) continue
    if (event.type === 'keydown') {
      if (event.repeat === true) continue
      const piece = Math.floor(presses / keystrokes)
      presses++
      pressedIn.set(event.code, piece)
      ;(pieces[piece] ??= []).push(event)
    } else {
      const piece = pressedIn.get(event.code)
      pressedIn.delete(event.code)
      if (piece !== undefined) pieces[piece]!.push(event)
    }
  }
  return pieces.slice(0, Math.floor(presses / keystrokes)).map((events, i) => pieceOf(recording, events, i))
}

/** Pieces of `ms` each from the first event on; a last one that is at least nine tenths as long counts. */
export function byTime(recording: Recording, ms: number): Recording[] {
  const { events } = recording
  const start = events[0]?.t ?? 0
  const lasts = (events.at(-1)?.t ?? start) - start
  const pieces: RecordedEvent[][] = Array.from({ length: Math.floor(lasts / ms + 0.1) }, () => [])
  for (const event of events) pieces[Math.floor((event.t - start) / ms)]?.push(event)
  return pieces.map((part, i) => pieceOf(recording, part, i))
}

function pieceOf(recording: Recording, events: readonly RecordedEvent[], i: number): Recording {
  return { ...recording, session: `${recording.session}#${i + 1}`, events }
}
