// Files of recordings as the commands need them: packed, by person or by session. Every line is checked, also of recordings that nobody asked for.

import { parseRecordingStream, type RecordedStream, type Recording, streamOf } from '../biometrics/index.ts'
import { VigilError } from '../errors.ts'
import { about, linesOf } from './files.ts'
import { packed, type PackedRecording } from './packed-recording.ts'

/** Recordings of each person in file order; people in the order in which they first appear. */
export async function recordingsByPerson(
  file: string,
  wanted: (person: string) => boolean = () => true
): Promise<Map<string, PackedRecording[]>> {
  const people = new Map<string, PackedRecording[]>()
  for await (const recording of recordingsOf(file)) {
    if (!wanted(recording.person)) continue
    const own = people.get(recording.person)
    if (own === undefined) people.set(recording.person, [packed(recording)])
    else own.push(packed(recording))
  }
  return people
}

export async function recordingsBySession(
  file: string,
  wanted: (session: string) => boolean
): Promise<Map<string, PackedRecording>> {
  const sessions = new Map<string, PackedRecording>()
  for await (const recording of recordingsOf(file)) {
    if (wanted(recording.session)) sessions.set(recording.session, packed(recording))
  }
  return sessions
}

/** What each person did, recording by recording, as the agent would have sent it. Recordings without any input are left out. */
export async function streamsByPerson(file: string): Promise<RecordedStream[][]> {
  const people = new Map<string, RecordedStream[]>()
  for await (const recording of recordingsOf(file)) {
    const stream = streamOf(recording)
    if (stream.events.length === 0) continue
    const own = people.get(recording.person)
    if (own === undefined) people.set(recording.person, [stream])
    else own.push(stream)
  }
  if (people.size === 0)
    throw new VigilError('recording_invalid', `${file}: expected a recording with events, got none`)
  return [...people.values()]
}

/** Throws `recording_invalid` with file, line and what was expected; a file without a recording is refused too. */
async function* recordingsOf(file: string): AsyncGenerator<Recording, void, undefined> {
  const recordings = parseRecordingStream(linesOf(file, 'recording_invalid'))
  let empty = true
  for (;;) {
    const next = await about(file, () => recordings.next())
    if (next.done === true) break
    empty = false
    yield next.value
  }
  if (empty) throw new VigilError('recording_invalid', `${file}: line 1: expected a recording, got nothing`)
}
