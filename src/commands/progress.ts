// A bar on standard error; cli-progress draws it on a terminal only.

import { SingleBar } from 'cli-progress'

export interface Progress {
  update(done: number): void
  stop(): void
}

export function progressBar(what: string, total: number): Progress {
  const bar = new SingleBar({
    format: `${what} {bar} {percentage}% | {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true
  })
  bar.start(total, 0)
  return { update: (done) => bar.update(done), stop: () => bar.stop() }
}
