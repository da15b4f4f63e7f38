// Reads that are asked for together are one statement, and nobody is told what was true before they asked.

import { expect, it } from 'vitest'
import { shared } from '../../src/adapters/shared-reads.ts'

function counted() {
  let value = 'old'
  const reads: string[] = []
  const read = shared(async (key) => {
    reads.push(key)
    await new Promise((resolve) => setTimeout(resolve, 5))
    return value
  })
  return { read, reads, write: (next: string) => void (value = next) }
}

it('whoever asks in the same turn shares one read, each key its own', async () => {
  const { read, reads } = counted()
  expect(await Promise.all([read('ana'), read('ana'), read('ben'), read('ana')])).toEqual(['old', 'old', 'old', 'old'])
  expect(reads).toEqual(['ana', 'ben'])
})

it('whoever asks while a read is under way gets one of their own, which sees what was written meanwhile', async () => {
  const { read, reads, write } = counted()
  const first = read('ana')
  await new Promise((resolve) => setTimeout(resolve, 1))
  write('new')
  expect(await read('ana')).toBe('new')
  expect(await first).toBe('new')
  expect(reads).toHaveLength(2)
})

it('a read that fails fails for those who asked for it, and the next one is tried', async () => {
  let fails = true
  const read = shared(async () => {
    if (fails) throw new Error('gone')
    return 'back'
  })
  const answers = await Promise.allSettled([read('ana'), read('ana')])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  fails = false
  expect(await read('ana')).toBe('back')
})
