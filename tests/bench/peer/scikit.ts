// Runs the scikit-learn peer, once a run, where Python has it.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { oneThread, pythons } from './python.ts'

export interface PeerFigures {
  /** CPU milliseconds to fit five models of one person. */
  readonly fitMs: number
  readonly windowsPerSecond: number
}

export const peerIsMissing = 'the peer is not installed: python3-sklearn'

/** Undefined where no Python has scikit-learn. */
export function scikitPeer(): PeerFigures | undefined {
  peer ??= { figures: measured() }
  return peer.figures
}

let peer: { readonly figures: PeerFigures | undefined } | undefined

function measured(): PeerFigures | undefined {
  const script = fileURLToPath(new URL('scikit.py', import.meta.url))
  for (const python of pythons) {
    const { status, stdout } = spawnSync(python, [script], {
      encoding: 'utf8',
      env: oneThread,
      timeout: 120_000
    })
    if (status === 0) return JSON.parse(stdout) as PeerFigures
  }
  return undefined
}
