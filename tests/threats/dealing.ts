// A stranger at a stolen session who deals his typing over many sockets of it, a word or a key each in turn, so that none has much to judge; and the
// real heart, which is to see one pair of hands. Liveness is left out: it would suspect what is played twice.

import { memoryStorage } from '../../src/adapters/index.ts'
import { EventType, type InputEvent, KeyClass, noCounters, type Profile, streamOf } from '../../src/biometrics/index.ts'
import { createProfiles } from '../../src/people/profiles.ts'
import { keysFrom } from '../../src/secrets.ts'
import type { Judgement } from '../../src/watch/judge.ts'
import { createWatch } from '../../src/watch/watch.ts'
import { actionsAlone } from '../support/actions.ts'
import type { RecordedPerson } from '../support/recordings.ts'
import { nothingSuspected, secret, silent } from '../support/server.ts'

export interface Dealing {
  readonly sockets: number
  /** What comes on one socket before it is the next one's turn. */
  readonly unit: 'word' | 'key'
}

const frameMs = 1000
const now = () => 1_800_000_000

/** All that was recorded of somebody, one after the other. */
export function typedBy({ recordings }: RecordedPerson): InputEvent[] {
  let at = 0
  return recordings.flatMap((recording) => {
    const { events } = streamOf(recording)
    const shift = at - (events[0]?.t ?? 0)
    at += (events.at(-1)?.t ?? 0) - (events[0]?.t ?? 0) + 1000
    return events.map((event) => ({ ...event, t: event.t + shift }))
  })
}

/** Keystrokes until he is challenged; undefined = he never was. */
export async function dealtOver(
  judgement: Judgement,
  victim: Profile,
  events: readonly InputEvent[],
  dealing: Dealing
): Promise<number | undefined> {
  const storage = memoryStorage({ now })
  const profiles = createProfiles(storage.profiles, keysFrom(secret)('profiles'), storage.audit, silent)
  const { actions } = actionsAlone({ ...storage, now })
  const watch = createWatch({
    ...storage,
    profiles,
    actions,
    calibration: {
      begin: notHere,
      collect: notHere,
      finish: notHere,
      status: notHere,
      startOver: notHere
    },
    liveness: nothingSuspected,
    learning: { observe: () => undefined, end: () => Promise.resolve(), forget: () => undefined },
    logger: silent,
    judgement: () => judgement,
    ready: () => Promise.resolve(),
    mustWatch: () => Promise.resolve(false),
    graceSeconds: () => 60,
    isFreshLogin: () => Promise.resolve(true),
    now
  })
  await actions.authenticated('s', 'victim', { amr: ['pwd'], at: now(), interaction: 'login' })
  await storage.people.save({ accountId: 'victim', consentedAt: now() })
  await profiles.add('victim', victim, now())
  const session = { uid: 's', accountId: 'victim', origin: 'https://app.example', purpose: 'watch' } as const
  const streams = await Promise.all(Array.from({ length: dealing.sockets }, () => watch.open(session, () => undefined)))
  const sequences = streams.map(() => 0)
  let keystrokes = 0
  try {
    for (const second of framesOf(events, dealing)) {
      for (const { socket, some } of second) {
        keystrokes += some.filter(({ type }) => type === EventType.keyDown).length
        const frame = {
          sequence: sequences[socket]!++,
          sentAt: some.at(-1)!.t,
          grainMs: 1,
          hidden: false,
          counters: noCounters,
          events: some
        }
        await streams[socket]!.receive(frame, () => undefined)
        if ((await storage.sessions.find('s'))?.demand) return keystrokes
      }
    }
    return undefined
  } finally {
    watch.close()
  }
}

/** What the sockets send, second by second, those first on which something happened first. */
function* framesOf(
  events: readonly InputEvent[],
  { sockets, unit }: Dealing
): Generator<readonly { readonly socket: number; readonly some: InputEvent[] }[]> {
  const pressedOn = new Map<number, number>()
  let turn = 0
  let frames = new Map<number, InputEvent[]>()
  let until = (events[0]?.t ?? 0) + frameMs
  for (const event of events) {
    if (event.t >= until) {
      yield [...frames].map(([socket, some]) => ({ socket, some }))
      frames = new Map()
      while (event.t >= until) until += frameMs
    }
    const socket = event.type === EventType.keyUp ? (pressedOn.get(event.slot) ?? turn) : turn
    frames.set(socket, [...(frames.get(socket) ?? []), event])
    if (event.type !== EventType.keyDown) continue
    pressedOn.set(event.slot, socket)
    if (unit === 'key' || event.cls === KeyClass.space) turn = (turn + 1) % sockets
  }
  yield [...frames].map(([socket, some]) => ({ socket, some }))
}

function notHere(): never {
  throw new Error('there are no lessons here')
}
