// Events in the order in which a page would have seen them.

import type { RecordedEvent } from '../../biometrics/index.ts'

/** Sorts in place; events of one moment stay in the order in which they were read. */
export function inTimeOrder(events: RecordedEvent[]): readonly RecordedEvent[] {
  return events.sort((a, b) => a.t - b.t)
}
