// Plain data that nobody wrote: what stored blobs look like after an attacker with the keys, or a fault, has changed them in the places
// where it hurts. Works on the JSON below the typed arrays, so that every field is reached.

type Random = () => number
type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** `source` is JSON; what comes back is JSON with one to three changes. */
export function hostileData(source: string, random: Random): string {
  const root = JSON.parse(source) as Json
  const places = placesIn(root)
  for (let left = 1 + below(3, random); left > 0; left--) {
    const { holder, key } = places[below(places.length, random)]!
    changes[below(changes.length, random)]!(holder, key, random)
  }
  return JSON.stringify(root)
}

type Holder = Json[] | { [key: string]: Json }
interface Place {
  readonly holder: Holder
  readonly key: string
}

function placesIn(root: Json): Place[] {
  const places: Place[] = []
  const walk = (holder: Json): void => {
    if (typeof holder !== 'object' || holder === null) return
    for (const [key, part] of Object.entries(holder)) {
      places.push({ holder, key })
      walk(part)
    }
  }
  walk(root)
  return places
}

/** Each does one thing to what stands at a place. */
const changes: readonly ((holder: Holder, key: string, random: Random) => void)[] = [
  (holder, key) => void Reflect.deleteProperty(holder, key),
  (holder, key, random) => set(holder, key, otherKinds[below(otherKinds.length, random)]!),
  (holder, key, random) => set(holder, key, numbers[below(numbers.length, random)]!),
  (holder, _key, random) => set(holder, prototypes[below(prototypes.length, random)]!, { polluted: true }),
  (holder, key) => set(holder, `${key}s`, value(holder, key)),
  (holder, key) => set(holder, key, nested(200)),
  (holder, key, random) => {
    const old = value(holder, key)
    if (typeof old === 'string') set(holder, key, changedText(old, random))
    else if (Array.isArray(old)) old.push(...old)
    else if (typeof old === 'number') set(holder, key, -old)
  },
  (holder, key, random) => {
    const old = value(holder, key)
    if (Array.isArray(old)) old.length = below(old.length + 1, random)
    else if (typeof old === 'string') set(holder, key, old.slice(0, below(old.length + 1, random)))
  },
  // A typed array of any kind and length, with any bits: among them NaN and infinity.
  (holder, key, random) => {
    const bytes = Uint8Array.from({ length: 8 * below(64, random) }, () => (random() < 0.3 ? 255 : below(256, random)))
    const kind = ['f32', 'f64', 'u8', 'u16', 'i32', 'f16'][below(6, random)]!
    set(holder, key, { $: kind, b: Buffer.from(bytes).toString('base64') })
  }
]

const otherKinds: readonly Json[] = [null, true, '', 'toString', [], {}, [[]], { $: 'f64', b: '' }, { length: 1e9 }]
const numbers: readonly number[] = [0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 1e-320]
const prototypes = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty']

function changedText(old: string, random: Random): string {
  const at = below(old.length + 1, random)
  return `${old.slice(0, at)}${String.fromCharCode(32 + below(95, random))}${old.slice(at + 1)}`
}

function nested(depth: number): Json {
  let inner: Json = 0
  for (let i = 0; i < depth; i++) inner = [inner]
  return inner
}

function value(holder: Holder, key: string): Json {
  return (holder as { [key: string]: Json })[key]!
}

/** Also for `__proto__`, which is then a key like any other. */
function set(holder: Holder, key: string, to: Json): void {
  Object.defineProperty(holder, key, { value: to, enumerable: true, configurable: true, writable: true })
}

function below(most: number, random: Random): number {
  return Math.floor(most * random())
}
