// Options that several commands share. Whatever cannot be understood is a usage error that points at the help.

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { VigilError } from '../errors.ts'

/** Values of `--name VALUE` options; no other arguments are taken. Throws `usage`. */
export function optionsOf<Name extends string>(
  command: string,
  args: readonly string[],
  names: readonly Name[]
): Partial<Record<Name, string>> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
    return parseArgs({ args: [...args], options }).values as Partial<Record<Name, string>>
  } catch (cause) {
    throw usage(command, (cause as Error).message.split('\n')[0]!, cause)
  }
}

export function required(command: string, name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw usage(command, `--${name} is missing`)
  return value
}

export function seedOf(command: string, value = '1'): number {
  const seed = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(seed)) {
    throw usage(command, `--seed must be a whole number from 0, got ${JSON.stringify(value)}`)
  }
  return seed
}

/** Two unless said otherwise, and never more than the machine runs at once. */
export function threadsOf(command: string, value = '2'): number {
  const threads = Number(value)
  if (!/^\d+$/.test(value) || threads < 1) {
    throw usage(command, `--threads must be a whole number from 1, got ${JSON.stringify(value)}`)
  }
  return Math.min(threads, availableParallelism())
}

export function usage(command: string, problem: string, cause?: unknown): VigilError {
  return new VigilError('usage', `${problem}; see "vigil help ${command}"`, cause === undefined ? {} : { cause })
}

/** Lines of a help text that several commands have. */
export const populationHelp = `  --population FILE         recordings of the people whom everybody is told apart from
  --population-model FILE   the same, learnt before by "vigil population". Without either: the population that ships
  --seed N                  decides everything that is drawn at random (1)
  --threads N               threads that judge; the result does not depend on it (2)
`
