// When V8 collects the whole heap. By itself it keeps collections frequent as long as they cost the main thread little, and does not count the
// threads that help: a process that holds a thousand sessions in 100 MB was marked anew each two to four seconds, which took half of its processor
// time, and the pauses were the slowest hundredth of all decisions.

import { setFlagsFromString } from 'node:v8'

/** The whole heap is collected when what outlived the last collection has grown by this share, in per cent. */
const growthPercent = 100
const flag = '--heap-growing-percent'

/**
 * For a process that serves sessions, at its start: the whole heap is collected when it has doubled. Costs as much memory again as old objects hold,
 * never more than `--max-old-space-size` allows. Whoever started the process with `--heap-growing-percent` is left his choice.
 */
export function collectSeldom(): void {
  if (process.execArgv.some((argument) => argument.replaceAll('_', '-').startsWith(flag))) return
  setFlagsFromString(`${flag}=${growthPercent}`)
}
