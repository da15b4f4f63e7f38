// The numbers of the wire format vigil.v1, shared by the encoder in the page and the decoder on the server so that they
// cannot drift apart. No import: the browser agent bundles this file. docs/channel.md explains each of them.

/** Subprotocol that both sides must speak. */
export const protocolName = 'vigil.v1'
/** Prefixes of the second subprotocol value, which carries the credential (a URL would be logged). */
export const ticketPrefix = 'vigil.ticket.'
export const pageTokenPrefix = 'vigil.page.'
/** Prefix of the third value: the name that the page gave its stream, so that it can go on with it on another socket. */
export const streamPrefix = 'vigil.stream.'

/** Hidden field in which a form carries one frame, in base64. */
export const phraseField = 'vigil_typing'

/** Close code of a page whose person switched the watch off. */
export const stoppedByPerson = 4000

/** Top three bits of a frame's first byte. */
export const wireVersion = 2
export const versionShift = 5

/** The other five bits. */
export const flagHidden = 1
export const flagCounters = 2
/** What the person's hands are on; neither bit = the page does not say, both = no frame. */
export const flagKeyboard = 4
export const flagTouch = 8
/** The frame stands by itself: it tells its number, the page's clock and its grain. Without it they follow from the frame before. */
export const flagClock = 16

/** Distance of frames, in ticks: what a frame tells of its time is the difference to it. */
export const beatTicks = 10_000
/** A frame that leaves later after the one before than this, some fifteen hours, tells its clock. */
export const maxFollowTicks = 2 ** 29
/** A frame that follows another tells the lowest seven bits of its number. */
export const sequenceMask = 127

/** Times travel as whole ticks of 0.1 ms: the step of `event.timeStamp` on a plain page. */
export const ticksPerMs = 10
/** The clock's grain travels in microseconds. */
export const grainStepsPerMs = 1000
/** Coarser clocks than 10 s do not exist. */
export const maxGrainSteps = 10_000_000
/** 2^48 ticks are nine centuries: no page lives longer, and sums of two such numbers stay exact. */
export const maxTicks = 2 ** 48
/** Largest time between two events of a frame, in ticks: some sixty hours. */
export const maxDeltaTicks = 2 ** 31 - 1
/** Low two bits of the number that opens an event; the rest of it is the time since the event before. */
export const formPlain = 0
export const formMove = 1
/** A move of -8 to 7 pixels either way, in one byte: most moves of a hand are that short. */
export const formShortMove = 2
/** CSS pixels in either direction; also the bound of a scroll distance. */
export const maxPixels = 1_000_000
export const maxCounter = 65_535
export const maxSequence = 2 ** 31 - 1
/** So many events of the largest possible encoding (14 bytes) still fit in the largest size class. */
export const maxFrameEvents = 4_096

/** Slots below this number share the byte with type and class; 3 in its place says that a byte with the slot follows. */
export const inlineSlots = 3

/** Frames are padded with zeros to 64, 128, 256 … 65536 bytes, so that their length says little about what was done. */
export const smallestFrameBytes = 64
export const largestFrameBytes = 65_536

/** The size class of a body: the smallest power of two from 64 on that holds it. */
export function sizeClassOf(bodyBytes: number): number {
  let size = smallestFrameBytes
  while (size < bodyBytes) size *= 2
  return size
}
