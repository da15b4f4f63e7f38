// Measures what a stranger gains who deals his typing over many sockets of one stolen session: keystrokes until he is challenged, through the real
// heart. Run: `node --conditions=vigil-source tests/measure/dealt.ts [--pairs 40] [--first 1] [--sockets 1,4,16] [--budget 1/40h]`.

import { parseArgs } from 'node:util'
import { createEngine, EventType, windowsOf } from '../../src/biometrics/index.ts'
import { parseBudget } from '../../src/risk/evidence.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { judgementOf } from '../../src/watch/judge.ts'
import { samplePeople } from '../support/recordings.ts'
import { dealtOver, typedBy, type Dealing } from '../threats/dealing.ts'

const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '40' },
    first: { type: 'string', default: '1' },
    sockets: { type: 'string', default: '1,4,16' },
    budget: { type: 'string', default: '1/40h' }
  }
})

const judgement = judgementOf(createEngine(shippedPopulation()), parseBudget(options.budget))
const people = samplePeople(Number(options.first), 2 * Number(options.pairs))

for (const unit of ['word', 'key'] as const)
  for (const sockets of options.sockets.split(',').map(Number)) await report({ sockets, unit })

async function report(dealing: Dealing): Promise<void> {
  const found: number[] = []
  const lengths: number[] = []
  for (let n = 0; n + 1 < people.length; n += 2) {
    const [victim, stranger] = [people[n]!, people[n + 1]!]
    const profile = judgement.engine.enrol(windowsOf(victim.recordings.slice(0, 10)))
    const events = typedBy(stranger)
    lengths.push(events.filter(({ type }) => type === EventType.keyDown).length)
    found.push((await dealtOver(judgement, profile, events, dealing)) ?? Number.POSITIVE_INFINITY)
  }
  const challenged = found.filter(Number.isFinite).length
  const row = {
    ...dealing,
    strangers: found.length,
    challenged,
    median: found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)],
    keystrokes: Math.round(lengths.reduce((sum, one) => sum + one, 0) / lengths.length)
  }
  process.stdout.write(`${JSON.stringify(row)}\n`)
}
