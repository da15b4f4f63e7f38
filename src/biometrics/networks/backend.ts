// TensorFlow.js for training: the native library when the operator has installed it, WebAssembly otherwise. Nothing that scores a window
// comes here.

import type * as tfjs from '@tensorflow/tfjs-core'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import util from 'node:util'
import { VigilError } from '../../errors.ts'

/** The operations of TensorFlow.js, with a backend that is ready. */
export type TensorFlow = typeof tfjs

export interface BackendOptions {
  /** Loads `@tensorflow/tfjs-node`; rejects where it is not installed. */
  readonly importNative?: () => Promise<TensorFlow>
  readonly importWasm?: () => Promise<TensorFlow>
}

/** Throws `training_unavailable` when neither backend starts. */
export async function startTensorFlow({
  importNative = nativeTensorFlow,
  importWasm = wasmTensorFlow
}: BackendOptions = {}): Promise<TensorFlow> {
  supplyWhatNodeDropped()
  try {
    const tf = await importNative()
    await tf.ready()
    return tf
  } catch {
    // Not installed, or built for another machine: WebAssembly runs everywhere.
  }
  try {
    return await importWasm()
  } catch (cause) {
    throw new VigilError('training_unavailable', 'neither tfjs-node nor the WebAssembly backend starts', { cause })
  }
}

async function nativeTensorFlow(): Promise<TensorFlow> {
  // An optional peer: its types need not be there.
  const name: string = '@tensorflow/tfjs-node'
  return (await import(name)) as TensorFlow
}

async function wasmTensorFlow(): Promise<TensorFlow> {
  const tf = await import('@tensorflow/tfjs-core')
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`)
  // More threads would add up in another order each time, and a seed would no longer decide everything.
  setThreadsCount(1)
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend does not start')
  await tf.ready()
  return tf
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed (tensorflow/tfjs#8609). */
function supplyWhatNodeDropped(): void {
  if ('isNullOrUndefined' in util) return
  Object.assign(util, { isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined })
}
