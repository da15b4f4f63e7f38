// Seeded randomness. Nothing that decides about a person may depend on Math.random, or a decision could not be replayed.

/** Uniform numbers in [0, 1) from a 32-bit seed; equal seeds give equal sequences (mulberry32, T. Ettinger). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Another seed, independent of its parent, for the part of the work called `name`. */
export function seedFor(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0
  return hash
}

/** Standard normal numbers by the method of Box and Muller. */
export function normals(random: () => number): () => number {
  let spare: number | undefined
  return () => {
    if (spare !== undefined) {
      const kept = spare
      spare = undefined
      return kept
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    const angle = 2 * Math.PI * random()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}

/** A new array with the same members in random order (Fisher and Yates). */
export function shuffled<T>(members: readonly T[], random: () => number): T[] {
  const order = [...members]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = order[i] as T
    order[i] = order[j] as T
    order[j] = held
  }
  return order
}
