// Training runs on what the machine has, and says with a code when it has nothing.

import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { startTensorFlow, type TensorFlow } from '../../../src/biometrics/networks/backend.ts'

describe('the backend of training', () => {
  it('is WebAssembly where the native library is not installed', async () => {
    const tf = await startTensorFlow({ importNative: missing })
    expect(tf.getBackend()).toBe('wasm')
    expect([...tf.matMul([[1, 2]], [[3], [4]]).dataSync()]).toEqual([11])
  })

  it('is the native library where it is, with what newer Nodes no longer give it', async () => {
    let supplied = false
    const native = { ready: () => Promise.resolve() } as TensorFlow
    const tf = await startTensorFlow({
      importNative() {
        const { isNullOrUndefined } = createRequire(import.meta.url)('node:util') as {
          isNullOrUndefined?: (value: unknown) => boolean
        }
        supplied = isNullOrUndefined?.(undefined) === true && !isNullOrUndefined(0)
        return Promise.resolve(native)
      }
    })
    expect(tf).toBe(native)
    expect(supplied).toBe(true)
  })

  it('is WebAssembly where the native library is broken', async () => {
    const broken = { ready: () => Promise.reject(new Error('wrong ELF class')) } as TensorFlow
    const tf = await startTensorFlow({ importNative: () => Promise.resolve(broken) })
    expect(tf.getBackend()).toBe('wasm')
  })

  it('is a coded error where there is neither', async () => {
    await expect(startTensorFlow({ importNative: missing, importWasm: missing })).rejects.toMatchObject({
      code: 'training_unavailable'
    })
  })
})

function missing(): Promise<TensorFlow> {
  return Promise.reject(new Error('Cannot find package'))
}
