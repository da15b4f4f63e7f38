// Files of the commands: read line by line, written whole or not at all. Whatever goes wrong becomes one coded line that names the file.

import { createReadStream, createWriteStream } from 'node:fs'
import { access, constants, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getSystemErrorMessage } from 'node:util'
import { type ErrorCode, isVigilError, VigilError } from '../errors.ts'

/** A longer line is no recording, and the longest string is only twice as long. */
const longestLineBytes = 256_000_000
const lineFeed = 0x0a

/** Lines of a UTF-8 file without their LF; a byte order mark is dropped. Throws `code` when the file cannot be read or is no text. */
export async function* linesOf(file: string, code: ErrorCode): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let line = 1
  // What there is of a line that has not ended.
  let parts: Buffer[] = []
  let length = 0
  const taken = (): string => {
    const text = textOf(decoder, parts, line, code)
    parts = []
    length = 0
    return line++ === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text
  }
  for await (const bytes of bytesOf(file, code)) {
    let from = 0
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
      parts.push(bytes.subarray(from, end))
      yield taken()
      from = end + 1
    }
    if (from === bytes.length) continue
    parts.push(bytes.subarray(from))
    length += bytes.length - from
    if (length > longestLineBytes) {
      throw new VigilError(code, `line ${line}: expected at most ${longestLineBytes} bytes in a line`)
    }
  }
  if (parts.length > 0) yield taken()
}

function textOf(decoder: TextDecoder, parts: readonly Buffer[], line: number, code: ErrorCode): string {
  try {
    return decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts))
  } catch (cause) {
    throw new VigilError(code, `line ${line}: expected UTF-8 text`, { cause })
  }
}

async function* bytesOf(file: string, code: ErrorCode): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>
  } catch (cause) {
    throw new VigilError(code, `cannot be read: ${reasonOf(cause)}`, { cause })
  }
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
