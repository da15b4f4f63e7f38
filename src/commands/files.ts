// Files of the commands: read line by line, written whole or not at all. Whatever goes wrong becomes one coded line that names the file.

import { createReadStream, createWriteStream } from 'node:fs'
import { access, constants, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getSystemErrorMessage } from 'node:util'
import { type ErrorCode, isVigilError, VigilError } from '../errors.ts'

/** Lines of a UTF-8 file without their LF; a byte order mark is dropped. Throws `code` when the file cannot be read or is no text. */
export async function* linesOf(file: string, code: ErrorCode): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  // What there is of a line that has not ended.
  let parts: string[] = []
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      const text = decoder.decode(bytes, { stream: true })
      let from = 0
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        parts.push(text.slice(from, end))
        yield parts.join('')
        line++
        parts = []
        from = end + 1
      }
      if (from < text.length) parts.push(text.slice(from))
    }
    parts.push(decoder.decode())
    const last = parts.join('')
    if (last !== '') yield last
  } catch (cause) {
    throw unreadable(cause, line, code)
  }
}

function unreadable(cause: unknown, line: number, code: ErrorCode): VigilError {
  if (cause instanceof TypeError) return new VigilError(code, `line ${line}: expected UTF-8 text`, { cause })
  // The longest string that there can be: half a gigabyte.
  if (cause instanceof RangeError) return new VigilError(code, `line ${line}: expected a shorter line`, { cause })
  return new VigilError(code, `cannot be read: ${reasonOf(cause)}`, { cause })
}

/** What the operating system says, e.g. "no such file or directory". */
export function reasonOf(error: unknown): string {
  const { errno } = error as { readonly errno?: number }
  return errno === undefined ? String(error) : getSystemErrorMessage(errno)
}

/** Runs what reads a file: coded errors get the file's name in front. */
export async function about<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!isVigilError(cause)) throw cause
    throw new VigilError(cause.code, `${file}: ${cause.message}`, { cause })
  }
}

/** Asked before the work begins, so that nobody waits for a result that has nowhere to go. Throws `config_invalid`. */
export async function expectWritable(out: string): Promise<void> {
  const folder = dirname(out)
  const there = await stat(folder).catch(() => undefined)
  if (there?.isDirectory() !== true) throw refused(out, `the folder ${folder} is not there`)
  if ((await stat(out).catch(() => undefined))?.isDirectory() === true) throw refused(out, 'it is a folder')
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw refused(out, `the folder ${folder}: ${reasonOf(cause)}`)
  })
}

/** Writes a file under another name and renames it: nobody finds half a result. A pipe or a device is written as it is. */
export async function writeWhole(out: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const existing = await stat(out).catch(() => undefined)
  const part = existing === undefined || existing.isFile() ? `${out}.${process.pid}.part` : out
  try {
    await pipeline(Readable.from(pieces), createWriteStream(part))
    if (part !== out) await rename(part, out)
  } catch (error) {
    if (part !== out) await rm(part, { force: true })
    throw error
  }
}

function refused(out: string, why: string): VigilError {
  return new VigilError('config_invalid', `--out ${out} cannot be written: ${why}`)
}
