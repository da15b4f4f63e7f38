// People who typed one secret many times, read from `../shared/data`, as repetitions.

import { eventsOf } from '../../src/biometrics/index.ts'
import { repetitionOf, type Repetition } from '../../src/biometrics/fixed-text/index.ts'
import type { RecordedPerson } from '../../src/evaluation/people.ts'
import { hasDataSet, readPeople } from '../../src/evaluation/readers/index.ts'
import { datasets } from './recordings.ts'

export const hasFixedText = hasDataSet(datasets, 'trainable/bksd') && hasDataSet(datasets, 'cmu-fixed-text')

/** BKSD: person, secret, repetition in the order of the file. Most typed two of the four secrets; their other lists are empty. */
export function trainableTypists(): readonly (readonly (readonly Repetition[])[])[] {
  const read = readPeople(datasets, 'trainable/bksd').map((one) => {
    const [user = '', secret = ''] = one.person.split('/')
    return { user, secret, repetitions: repetitionsOf(one) }
  })
  const secrets = [...new Set(read.map(({ secret }) => secret))].toSorted()
  const users = [...new Set(read.map(({ user }) => user))]
  return users.map((user) =>
    secrets.map((secret) => read.find((one) => one.user === user && one.secret === secret)?.repetitions ?? [])
  )
}

/** CMU: person, repetition; fifty a session. */
export function strongPasswordTypists(): readonly (readonly Repetition[])[] {
  return readPeople(datasets, 'cmu-fixed-text').map(repetitionsOf)
}

function repetitionsOf({ recordings }: RecordedPerson): readonly Repetition[] {
  return recordings.map((recording) => repetitionOf(eventsOf(recording)))
}
