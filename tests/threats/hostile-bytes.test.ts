// Malformed frames (THREATS.md, faults): any bytes give events or a coded error. Ten thousand of them here; `tests/measure/decoder.ts` takes a million.

import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/biometrics/random.ts'
import { createPlausibility } from '../../src/channel/plausibility.ts'
import { decodeFrame } from '../../src/channel/frame.ts'
import { isVigilError } from '../../src/errors.ts'
import { appOrigin, closing, connect, listen, offer, until } from '../channel/listening.ts'
import { hostileKindNames, hostileKinds, type Verdict, verdictOn } from './hostile-bytes.ts'

const perKind = Math.ceil(10_000 / hostileKindNames.length)

describe('ten thousand hostile frames', () => {
  test.each(hostileKindNames)('%s: a coded error, or exactly the frame that the bytes mean', (kind) => {
    const random = seededRandom(11)
    const verdicts = new Set<Verdict>()
    const times = kind === 'the largest there is' ? 60 : perKind
    for (let n = 0; n < times; n++) verdicts.add(verdictOn(hostileKinds[kind](random)))
    expect([...verdicts].every((one) => one.startsWith('frame_') || one === 'a frame')).toBe(true)
    // Each of them is refused some of the time, or the kind is no attack.
    expect(verdicts.size > 1 || !verdicts.has('a frame')).toBe(true)
  })

  test('what decodes is then held against the clock, and nothing but a coded error comes of that', () => {
    const random = seededRandom(12)
    const refusals = new Set<string>()
    for (let n = 0; n < 2000; n++) {
      const plausibility = createPlausibility()
      let frame
      try {
        frame = decodeFrame(hostileKinds['a frame with a bit flipped'](random))
      } catch {
        continue
      }
      try {
        plausibility.check({ ...frame, sequence: n % 2 }, 1e9 * random())
        plausibility.check({ ...frame, sequence: 1 }, 1e9 * random())
      } catch (error) {
        if (!isVigilError(error)) throw error
        refusals.add(error.code)
      }
    }
    expect([...refusals].sort()).toEqual(['frame_implausible', 'frame_out_of_order'])
  })
})

test('a hundred pages that send only such bytes are closed one by one, and an honest one is served all the time', async () => {
  const here = await listen()
  try {
    const honest = await connect(here, 'honest')
    const random = seededRandom(13)
    const codes = new Set<number>()
    for (let n = 0; n < 100; n++) {
      const page = await connect(here, `session-${n}`)
      const closed = closing(page)
      const kind = hostileKindNames[n % hostileKindNames.length]!
      // Some changes change nothing that matters, and then the next frame is out of order.
      for (let i = 0; i < 5; i++) page.send(hostileKinds[kind](random))
      codes.add((await closed).code)
    }
    expect([...codes].every((code) => [1003, 1007, 1008, 1009].includes(code))).toBe(true)
    expect(codes.has(1007)).toBe(true)
    expect(honest.readyState).toBe(honest.OPEN)
    await until(() => here.channel.connections === 1, 'only the honest page is left')
  } finally {
    await here.close()
  }
})

describe('a stream of one session on another', () => {
  test(
    'a thousand swaps of ticket, page token, cookie and Origin: nobody gets in as somebody else',
    { timeout: 60_000 },
    async () => {
      const here = await listen()
      try {
        const random = seededRandom(14)
        const swaps = [
          // The page token of one session with the cookie of another.
          (mine: string, theirs: string) =>
            offer(here, ['vigil.v1', `vigil.page.${here.pageToken(theirs)}`], {
              origin: here.origin,
              headers: { cookie: `session=${mine}` }
            }),
          // A ticket that somebody else has used.
          (_mine: string, theirs: string, used: string) =>
            offer(here, ['vigil.v1', `vigil.ticket.${used}`], {
              origin: appOrigin,
              headers: { cookie: `session=${theirs}` }
            }),
          // A ticket of another client's page.
          (_mine: string, theirs: string) =>
            offer(here, ['vigil.v1', `vigil.ticket.${here.ticket(theirs)}`], { origin: 'https://mallory.example' }),
          // A ticket and a page token of two sessions at once.
          (mine: string, theirs: string) =>
            offer(here, ['vigil.v1', `vigil.ticket.${here.ticket(mine)}`, `vigil.page.${here.pageToken(theirs)}`], {
              origin: here.origin,
              headers: { cookie: `session=${theirs}` }
            })
        ]
        const used = here.ticket('victim')
        const first = offer(here, ['vigil.v1', `vigil.ticket.${used}`], { origin: appOrigin })
        await until(() => here.channel.connections === 1, 'the victim is there')
        const outcomes = new Set<number>()
        for (let n = 0; n < 1000; n++) {
          const socket = swaps[Math.floor(swaps.length * random())]!(`mine-${n % 7}`, `theirs-${n % 5}`, used)
          outcomes.add(await answerOf(socket))
        }
        expect(outcomes).toEqual(new Set([401, 403]))
        expect(here.seen.map(({ session }) => session.uid)).toEqual(['victim'])
        expect(here.log.filter((line) => line.includes('channel refused'))).toHaveLength(1000)
        first.terminate()
      } finally {
        await here.close()
      }
    }
  )
})

/** HTTP status of the refusal; 101 when the channel opened. */
function answerOf(socket: ReturnType<typeof offer>): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(101))
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
  })
}
