// Verification protocols: who enrols with what, and which inputs are held against which profile.

import { leastInput, type Recording } from '../biometrics/index.ts'
import type { DataFolder } from './data-folder.ts'
import type { Role } from './matcher.ts'
import type { RecordedPerson } from './people.ts'
import type { DataSet, PeopleSet } from './readers/index.ts'
import type { Teaching } from './populations.ts'
import { byKeystrokes, byTime, joined } from './slices.ts'

export interface VerificationProtocol {
  readonly id: string
  /** Without this folder the protocol cannot be run. */
  readonly set: DataSet
  /** The population that the protocol asks for. */
  readonly teaching: Teaching
  roles(data: DataFolder): Role[]
}

export const verificationProtocols: readonly VerificationProtocol[] = [
  ...[50, 100, 200].map((keystrokes) =>
    amongPeople(`Aalto-windows-${keystrokes}`, 'aalto-free-text', ({ person, recordings }) => {
      const own = byKeystrokes(joined(recordings.slice(10), `${person}-stream`), keystrokes)
      return { person, enrolment: recordings.slice(0, 10), own, asStranger: own.slice(0, 1) }
    })
  ),
  amongPeople('Aalto-5x50', 'aalto-free-text', ({ person, recordings }) => {
    const own = recordings.slice(10).map(firstFifty)
    return { person, enrolment: recordings.slice(0, 5).map(firstFifty), own, asStranger: own.slice(0, 1) }
  }),
  ...[200, 10].map((repetitions) =>
    amongEverybody(`CMU-${repetitions}`, 'cmu-fixed-text', ({ person, recordings }) => ({
      person,
      enrolment: recordings.slice(0, repetitions),
      own: recordings.slice(200, 400),
      asStranger: recordings.slice(0, 5)
    }))
  ),
  ...[15, 30, 60].map((seconds) =>
    amongPeople(`SapiMouse-${seconds}`, 'sapimouse', ({ person, recordings }) => {
      const enrolment = recordings.filter(({ session }) => session.endsWith('_3min'))
      const short = recordings.filter(({ session }) => session.endsWith('_1min'))
      const pieces = short.flatMap((recording) => byTime(recording, seconds * 1000))
      // Some left the recorder running: a piece without input is no trial.
      const own = pieces.filter(({ events }) => events.length >= leastInput.pointerEvents)
      return { person, enrolment, own, asStranger: own }
    })
  ),
  {
    id: 'Balabit',
    set: 'balabit-mouse',
    teaching: { from: 'sapimouse', andOthersOf: 'balabit-mouse' },
    roles: balabitRoles
  }
]

/** One half of the set is tested, the other teaches. */
function amongPeople(id: string, set: PeopleSet, roleOf: (person: RecordedPerson) => Role): VerificationProtocol {
  return { id, set, teaching: { from: set }, roles: (data) => data.tested(set).map(roleOf) }
}

/** Everybody of the set is tested; what ships teaches. */
function amongEverybody(id: string, set: PeopleSet, roleOf: (person: RecordedPerson) => Role): VerificationProtocol {
  return { id, set, teaching: { from: 'shipped' }, roles: (data) => data.everybody(set).map(roleOf) }
}

/** By the official labels. Who the intruders are is not in them, so that nobody but the target can be left out of the teachers. */
function balabitRoles(data: DataFolder): Role[] {
  const { training, tests } = data.balabit()
  return training.map(({ person, recordings }) => {
    const sessions = (illegal: boolean): Recording[] =>
      tests.filter((test) => test.owner === person && test.illegal === illegal).map(({ recording }) => recording)
    return { person, enrolment: recordings, own: sessions(false), asStranger: [], intruders: sessions(true) }
  })
}

/** A sentence cut after its fiftieth keystroke; a shorter one is taken as it is. */
function firstFifty(recording: Recording): Recording {
  return byKeystrokes(recording, 50)[0] ?? recording
}
