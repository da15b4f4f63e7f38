// docs/channel.md is what others write clients from, so it is held against the code.

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { EventType, KeyClass, noCounters } from '../../src/biometrics/events.ts'
import { encodeBody } from '../../src/browser/encode.ts'
import { decodeFrame } from '../../src/channel/frame.ts'
import { defaultLimits } from '../../src/channel/limits.ts'
import { fullShare, overfullShare } from '../../src/channel/pressure.ts'
import { aheadMs, backlogMs, dispatchMs, windowMs } from '../../src/channel/plausibility.ts'
import { errorTable } from '../../src/errors.ts'

const source = await readFile(new URL('../../docs/channel.md', import.meta.url), 'utf8')
// Tables are padded by the formatter.
const text = source.replaceAll(/ {2,}/g, ' ')

test('the examples are the frames that they say they are, and the one way to write them', () => {
  const [body, following] = [bytesOf('frame'), bytesOf('following frame')]
  expect(body).toHaveLength(42)
  expect(following).toHaveLength(11)
  const frame = decodeFrame(Buffer.concat([body, Buffer.alloc(22)]))
  expect(Buffer.from(encodeBody(frame))).toEqual(body)
  const next = decodeFrame(Buffer.concat([following, Buffer.alloc(53)]), frame)
  expect(Buffer.from(encodeBody(next, frame))).toEqual(following)
  expect(next).toEqual({
    sequence: 4,
    sentAt: 5_000.7,
    grainMs: 0.1,
    hidden: false,
    device: 'keyboard',
    counters: noCounters,
    events: [
      { t: 4_300.7, type: EventType.keyDown, cls: KeyClass.left, slot: 0, x: 0, y: 0 },
      { t: 4_390.2, type: EventType.keyUp, cls: KeyClass.left, slot: 0, x: 0, y: 0 }
    ]
  })
  expect(frame).toEqual({
    sequence: 3,
    sentAt: 4_000,
    grainMs: 0.1,
    hidden: false,
    counters: { ...noCounters, shiftLeft: 1 },
    events: [
      { t: 3_120.4, type: EventType.keyDown, cls: KeyClass.shift, slot: 0, x: 0, y: 0 },
      { t: 3_210.9, type: EventType.keyDown, cls: KeyClass.right, slot: 1, x: 0, y: 0 },
      { t: 3_290.2, type: EventType.keyUp, cls: KeyClass.right, slot: 1, x: 0, y: 0 },
      { t: 3_301, type: EventType.keyUp, cls: KeyClass.shift, slot: 0, x: 0, y: 0 },
      { t: 3_700, type: EventType.pointerMove, cls: 0, slot: 0, x: 400, y: 300 },
      { t: 3_716.7, type: EventType.pointerMove, cls: 0, slot: 0, x: 405, y: 298 },
      { t: 3_800, type: EventType.pointerDown, cls: 0, slot: 0, x: 405, y: 298 },
      { t: 3_900.5, type: EventType.wheel, cls: 0, slot: 0, x: 0, y: 120 }
    ]
  })
})

test.each([
  ['frame', '| bytes | meaning |'],
  ['following frame', '| following bytes | meaning |']
])('the table of the bytes of a %s is the example again', (name, heading) => {
  const rows = text.slice(text.indexOf(heading)).split('\n\n', 1)[0]!.split('\n').slice(2)
  const bytes = rows.map((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]).join(' '))
  expect(bytes.join(' ')).toBe(bytesOf(name).toString('hex').match(/../g)!.join(' '))
})

test.each([
  'frame_malformed',
  'frame_out_of_order',
  'frame_implausible',
  'rate_exceeded',
  'session_ended',
  'watch_stopped',
  'going_away'
] as const)('the close code of %s is the one in the table of errors', (code) => {
  const rows = text
    .slice(text.indexOf('## Closing'))
    .split('\n')
    .filter((row) => row.includes(`\`${code}\``))
  expect(rows).toHaveLength(1)
  expect(rows[0]).toContain(`| ${errorTable[code].close} |`)
})

test('the limits are those of the code', () => {
  const { framesPerSecond, frameBurst, eventsPerSecond, eventBurst, queuedFrames, heartbeatMs } = defaultLimits
  expect(text).toContain(`| ${framesPerSecond} a second, ${frameBurst} at once |`)
  expect(text).toContain(`| ${number(eventsPerSecond)} a second, ${number(eventBurst)} at once |`)
  expect(text).toContain(`| frames that wait for the engine | ${queuedFrames} |`)
  expect(text).toContain(`one each ${heartbeatMs / 1000} s`)
  const limits = defaultLimits
  expect(text).toContain(
    `unread bytes towards the page | ${number(limits.unreadBytes)}, or any for ${limits.unreadMs / 1000} s |`
  )
  expect(text).toContain(
    `events of a person | ${number(limits.eventsPerSecondOfPerson)} a second, ${number(limits.eventBurstOfPerson)} at once |`
  )
  expect(text).toContain(
    `frames and pings of a person | ${limits.framesPerSecondOfPerson} a second, ${number(limits.frameBurstOfPerson)} at once |`
  )
  expect(text).toContain(
    `sockets that a person opens | ${limits.opensPerSecondOfPerson} a second, ${number(limits.openBurstOfPerson)} at once |`
  )
  expect(text).toContain(`sockets of one person | ${limits.connectionsPerPerson} |`)
  expect(text).toContain(`sockets of one address | ${number(limits.connectionsPerAddress)} |`)
  expect(text).toContain(
    `upgrades of one address | ${limits.upgradesPerSecondOfAddress} a second, ${number(limits.upgradeBurstOfAddress)} at once |`
  )
  expect(text).toContain(
    `streams that wait for their pages | ${number(limits.awaitedStreams)}, ${limits.returnMs / 1000} s each |`
  )
  expect(text).toContain(`memory of the process | ${100 * fullShare} % | 503 |`)
  expect(text).toContain(`memory of the process | ${100 * overfullShare} % | 1013,`)
  expect(text).toContain(`sockets of one session | ${defaultLimits.connectionsPerSession} |`)
  expect(text).toContain(`sockets of a process | ${number(defaultLimits.connections)} |`)
  expect(text).toContain(`by more than ${aheadMs / 1000} s (and`)
  expect(text).toContain(`four windows of ${windowMs / 1000} s`)
  expect(text).toContain(
    `by more than ${dispatchMs / 1000} s; those of the first frame are not older than ${backlogMs / 1000} s`
  )
})

/** The example with this name. */
function bytesOf(name: string): Buffer {
  const hex = new RegExp(`<!-- ${name} -->\\s+\`\`\`\\n([\\da-f\\s]+)\`\`\``).exec(text)?.[1] ?? ''
  return Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
