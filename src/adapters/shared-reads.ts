// One statement for everybody who asks for the same row in the same turn: the factors of a person are asked one by one and stand in one row.

/**
 * `read`, sent at the end of the turn in which it was first asked for. Everybody sees what a statement of their own would have seen, for none would
 * have been sent earlier. They share what it gives, so it must not be changed.
 */
export function shared<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>()

  async function atEndOfTurn(key: string): Promise<T> {
    await Promise.resolve()
    asked.delete(key)
    return read(key)
  }

  return (key) => {
    const reading = asked.get(key) ?? atEndOfTurn(key)
    asked.set(key, reading)
    return reading
  }
}
