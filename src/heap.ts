// When V8 collects the whole heap. By itself it keeps collections frequent as long as they cost the main thread little, and does not count the
// threads that help: while a thousand sessions came and grew, all of them were marked anew each two to four seconds, which took half of the
// processor time, and the slowest hundredth of all decisions waited for it.

import { setFlagsFromString } from 'node:v8'

/** The whole heap is collected when what outlived the last collection has grown by this share, in per cent. */
const growthPercent = 100
const flag = '--heap-growing-percent'
/** A container with less needs its memory for sessions and not for garbage: it is full sooner than a core is busy. */
const leastBytes = 2 * 2 ** 30

/**
 * For a process that serves sessions, at its start: the whole heap is collected when it is twice as large as what lived at the last collection.
 * Never more than `--max-old-space-size` allows, and left alone where a container gives less than 2 GiB. Whoever started the process with
 * `--heap-growing-percent` is left his choice.
 */
export function collectSeldom(): void {
  if (process.execArgv.some((argument) => argument.replaceAll('_', '-').startsWith(flag))) return
  if ((givenBytes() ?? leastBytes) < leastBytes) return
  setFlagsFromString(`${flag}=${growthPercent}`)
}

/** What the operating system gives this process; undefined where nobody limits it. */
export function givenBytes(): number | undefined {
  // 0 or absurdly large where nobody does.
  const given = process.constrainedMemory()
  return given > 0 && given < 2 ** 50 ? given : undefined
}
