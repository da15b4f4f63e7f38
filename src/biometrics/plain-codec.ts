// Plain data with typed arrays to bytes and back: JSON in which a typed array is `{"$": kind, "b": base64}`. Reading trusts nothing:
// what comes out is plain objects, arrays, numbers, strings, booleans and typed arrays, and the caller checks their shape.

export type PlainArray = Float32Array | Float64Array | Uint8Array | Uint16Array | Int32Array
export type Plain = number | string | boolean | PlainArray | readonly Plain[] | { readonly [key: string]: Plain }

const kinds = {
  f32: Float32Array,
  f64: Float64Array,
  u8: Uint8Array,
  u16: Uint16Array,
  i32: Int32Array
} as const
const deepest = 12

export function encodePlain(value: unknown): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(value, (_key, part: unknown) => {
      for (const [kind, make] of Object.entries(kinds)) {
        if (part instanceof make) {
          const { buffer, byteOffset, byteLength } = withOneNaN(part)
          return { $: kind, b: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
        }
      }
      return part
    })
  )
}

/** NaN has many bit patterns, and which one a number has depends on how it was computed: equal values are to give equal bytes. */
function withOneNaN(values: PlainArray): PlainArray {
  if (!(values instanceof Float64Array || values instanceof Float32Array) || !values.some(Number.isNaN)) return values
  const bits = new DataView(values.slice().buffer)
  const size = values.BYTES_PER_ELEMENT
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue
    if (size === 8) bits.setBigUint64(8 * i, 0x7ff8_0000_0000_0000n, true)
    else bits.setUint32(4 * i, 0x7fc0_0000, true)
  }
  return new Uint8Array(bits.buffer)
}

/** Throws a RangeError or SyntaxError that says what is wrong. At most `mostBytes` are looked at. */
export function decodePlain(bytes: Uint8Array, mostBytes: number): Plain {
  if (bytes.byteLength > mostBytes) throw new RangeError(`at most ${mostBytes} bytes expected, got ${bytes.byteLength}`)
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  return revived(JSON.parse(text) as unknown, 0)
}

function revived(value: unknown, depth: number): Plain {
  if (depth > deepest) throw new RangeError(`nested deeper than ${deepest}`)
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((part) => revived(part, depth + 1))
  if (typeof value !== 'object' || value === null) throw new RangeError('a value that is not plain data')
  if (Object.hasOwn(value, '$')) return typedArray(value as { readonly $: unknown; readonly b?: unknown })
  // No prototype, so that a key such as `__proto__` is a key like any other.
  const copy = Object.create(null) as Record<string, Plain>
  for (const [key, part] of Object.entries(value)) copy[key] = revived(part, depth + 1)
  return copy
}

function typedArray({ $: kind, b }: { readonly $: unknown; readonly b?: unknown }): PlainArray {
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind) || typeof b !== 'string') {
    throw new RangeError('a typed array of an unknown kind')
  }
  const make = kinds[kind as keyof typeof kinds]
  // A copy, so that the numbers start at an aligned address of a buffer of their own.
  const bytes = Uint8Array.from(Buffer.from(b, 'base64'))
  if (bytes.byteLength % make.BYTES_PER_ELEMENT !== 0) throw new RangeError('a typed array that ends in the middle')
  return new make(bytes.buffer)
}

/**
 * True when `value` has the keys and kinds of `template`. Members of a list have the shape of the template's first. Numbers are finite;
 * in arrays of 64-bit numbers NaN may stand for "not observed".
 */
export function sameShape(value: Plain | undefined, template: Plain): boolean {
  if (ArrayBuffer.isView(template)) {
    return ArrayBuffer.isView(value) && value.constructor === template.constructor && allFinite(value)
  }
  if (Array.isArray(template)) {
    const first = (template as readonly Plain[])[0]
    return (
      Array.isArray(value) && (value as readonly Plain[]).every((part) => first !== undefined && sameShape(part, first))
    )
  }
  if (typeof template === 'number') return typeof value === 'number' && Number.isFinite(value)
  if (typeof template !== 'object') return typeof value === typeof template
  if (typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value)) return false
  const fields = value as { readonly [key: string]: Plain }
  const expected = Object.entries(template as { readonly [key: string]: Plain })
  if (Object.keys(fields).length !== expected.length) return false
  return expected.every(([key, part]) => Object.hasOwn(fields, key) && sameShape(fields[key], part))
}

function allFinite(values: PlainArray): boolean {
  const holes = values instanceof Float64Array
  for (const value of values) if (!Number.isFinite(value) && !(holes && Number.isNaN(value))) return false
  return true
}
