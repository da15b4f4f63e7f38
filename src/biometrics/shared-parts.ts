// Models read back from storage hold copies of what everybody's hold: the trees of a forest, the windows of other people, the scale. In the
// memory of a server such parts are kept once.

/**
 * Plain data equal to `value`, in which every typed array that is equal to the one at the same place of `common` is that one. Nothing is
 * written into either.
 */
export function sharingWith<T>(value: T, common: unknown): T {
  return shared(value, common) as T
}

function shared(value: unknown, common: unknown): unknown {
  if (value === common || !isObject(value) || !isObject(common)) return value
  if (ArrayBuffer.isView(value)) return ArrayBuffer.isView(common) && sameBytes(value, common) ? common : value
  if (Array.isArray(value)) return value.map((part, i) => shared(part, (common as readonly unknown[])[i]))
  const parts = common as Readonly<Record<string, unknown>>
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shared(part, parts[key])]))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function sameBytes(one: ArrayBufferView, other: ArrayBufferView): boolean {
  return one.constructor === other.constructor && bytesOf(one).equals(bytesOf(other))
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
