// What floods cost the people beside them, on a provider in a process of its own: how long their frames wait for a decision, and the server's
// memory. Run: `node --conditions=vigil-source tests/measure/floods.ts [--people 100] [--seconds 60]`. The attacker works on the same cores.

import { parseArgs } from 'node:util'
import { floodKinds } from '../threats/flooding.ts'
import { floodedHouse } from '../threats/flooded-house.ts'

const { values: options } = parseArgs({
  options: { people: { type: 'string', default: '100' }, seconds: { type: 'string', default: '60' } }
})
const house = await floodedHouse(Number(options.people))
try {
  await house.play(Number(options.seconds), [])
  for (const floods of [[], ...floodKinds.map((kind) => [kind]), floodKinds]) {
    const { answers, highestRss, ...found } = await house.play(Number(options.seconds), floods)
    const told = Object.entries(answers).map(([kind, each]) => [kind, counted(each)])
    const row = {
      floods,
      ...found,
      highestMiB: Math.round(highestRss / 2 ** 20),
      answers: Object.fromEntries(told) as object
    }
    process.stdout.write(`${JSON.stringify(row)}\n`)
  }
} finally {
  house.close()
}

function counted(answers: readonly (number | string)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
  return counts
}
