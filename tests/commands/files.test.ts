// Files line by line, and results that are whole or not there.

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { syntheticRecordings, streamOf, type Recording } from '../../src/biometrics/index.ts'
import { expectWritable, linesOf, writeWhole } from '../../src/commands/files.ts'
import { packed, stepsIn, unpacked } from '../../src/commands/packed-recording.ts'
import { peopleFiles } from './people-files.ts'

const files = peopleFiles()
afterAll(() => files.remove())

async function linesIn(path: string): Promise<string[]> {
  const lines: string[] = []
  for await (const line of linesOf(path, 'recording_invalid')) lines.push(line)
  return lines
}

describe('lines of a file', () => {
  it('come without their LF, the last one with or without, whatever the size of the pieces that are read', async () => {
    // Three bytes a letter and more than one piece: letters and lines are cut in the middle.
    const long = '€'.repeat(300_000)
    const text = `\uFEFF${long}\r\n\n\uFEFFüber\u2028zwei\nend`
    expect(await linesIn(files.file('lines', text))).toEqual([`${long}\r`, '', '\uFEFFüber\u2028zwei', 'end'])
    expect(await linesIn(files.file('lines', 'one\ntwo\n'))).toEqual(['one', 'two'])
    expect(await linesIn(files.file('lines', ''))).toEqual([])
  })

  it('are refused with their number when they are no text', async () => {
    const path = files.file('bytes', Buffer.from([0x6f, 0x6b, 0x0a, 0xff, 0xfe, 0x0a]))
    await expect(linesIn(path)).rejects.toMatchObject({
      code: 'recording_invalid',
      message: expect.stringMatching(/^line 2: expected UTF-8 text$/) as string
    })
  })

  it('of a file that is not there, or is a folder, are refused with the reason', async () => {
    await expect(linesIn(files.out('nowhere'))).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be read: no such file/) as string
    })
    await expect(linesIn(files.folder)).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be read: .*directory/) as string
    })
  })
})

describe('a result', () => {
  it('takes the place of the one before only when it is whole', async () => {
    const out = files.file('result', 'before')
    const failing = async function* () {
      yield 'half'
      throw new Error('the work failed')
    }
    await expect(writeWhole(out, failing())).rejects.toThrow('the work failed')
    expect(readFileSync(out, 'utf8')).toBe('before')
    await writeWhole(
      out,
      (async function* () {
        yield 'who'
        yield 'le'
      })()
    )
    expect(readFileSync(out, 'utf8')).toBe('whole')
    expect(readdirSync(files.folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('goes into a device as it is', async () => {
    await writeWhole(
      '/dev/null',
      (async function* () {
        yield 'gone'
      })()
    )
    expect(existsSync('/dev/null')).toBe(true)
  })

  it('that would have nowhere to go is refused before the work begins', async () => {
    mkdirSync(files.out('folder'))
    await expect(expectWritable(files.out('missing/S.csv'))).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(/--out .*missing is not there/) as string
    })
    await expect(expectWritable(files.out('folder'))).rejects.toMatchObject({
      message: expect.stringMatching(/it is a folder/) as string
    })
    await expect(expectWritable(files.out('S.csv'))).resolves.toBeUndefined()
  })
})

describe('a packed recording', () => {
  it('is what the browser agent would have sent, event by event', () => {
    for (const recording of syntheticRecordings(5, 2, { sessions: 2 })) {
      expect(unpacked(packed(recording))).toEqual({ kind: 'free', ...streamOf(recording) })
    }
  })

  it('knows where its events stood, and has no name of a key', () => {
    const recording: Recording = {
      person: 'ana',
      session: 'one',
      kind: 'free',
      events: [
        { t: 5, type: 'keyup', code: 'KeyA' },
        { t: 10.25, type: 'keydown', code: 'ShiftRight' },
        { t: 11, type: 'keydown', code: 'ShiftRight', repeat: true },
        { t: 12, type: 'mousedown', x: 3.5, y: -4, button: 2 },
        { t: 13, type: 'keyup', code: 'ShiftRight' }
      ]
    }
    const small = packed(recording)
    expect([...stepsIn(small)].map(({ position, counter }) => [position, counter])).toEqual([
      [1, 'shiftRight'],
      [3, undefined],
      [4, undefined]
    ])
    expect(small).toMatchObject({ recorded: 5, startedAt: 5 })
    expect(unpacked(small)).toEqual({ kind: 'free', ...streamOf(recording) })
    expect(Object.values(small).some((value) => typeof value === 'string' && value !== 'free')).toBe(false)
  })
})
