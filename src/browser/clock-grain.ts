// Measures the finest step of the page's clock: 0.1 ms on a plain page, 0.005 ms when cross-origin isolated, up to 100 ms
// in browsers that resist fingerprinting. A coarse clock is no fault of the person, but the server must know.

/** Time for which the page may be held up at once. */
const busyMs = 2
/** Longest wait for a coarse clock. */
const patienceMs = 1_000
const stepsWanted = 4

/** A page that is held up while it looks sees a long step where there were many short ones: it looks again. */
const looks = 5

/** The step in milliseconds, to 0.001 ms; 0 when the clock did not move often enough to tell. */
export async function measureGrain(now: () => number): Promise<number> {
  for (let look = 0; look < looks; look++) {
    const steps = busySteps(now)
    if (steps.length >= stepsWanted) return finest(steps)
    await pause()
  }
  // The first step began before we looked; the others are whole.
  const steps: number[] = []
  let last = now()
  for (let waited = 0; waited < patienceMs && steps.length <= stepsWanted; waited += 4) {
    await pause()
    const present = now()
    if (present > last) steps.push(present - last)
    last = present
  }
  return finest(steps.slice(1))
}

function busySteps(now: () => number): number[] {
  const steps: number[] = []
  let last = now()
  const started = last
  // Bounded by turns as well: a clock of 100 ms may not move at all in here.
  for (let turn = 0; turn < 20_000 && last - started < busyMs; turn++) {
    const present = now()
    if (present > last) steps.push(present - last)
    last = present
  }
  return steps
}

function pause(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 4))
}

function finest(steps: readonly number[]): number {
  return steps.length === 0 ? 0 : Math.round(Math.min(...steps) * 1000) / 1000
}
