// Runs the scikit-learn peer, once a run, where Python has it.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

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
  const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  // A Python of the user's own may hide the one that the system's packages belong to.
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stdout } = spawnSync(python, [script], {
      encoding: 'utf8',
      env: { ...process.env, ...oneThread },
      timeout: 120_000
    })
    if (status === 0) return JSON.parse(stdout) as PeerFigures
  }
  return undefined
}
