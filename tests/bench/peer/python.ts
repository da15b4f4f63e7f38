// How the peers in Python are started.

/** A Python of the user's own may hide the one that the system's packages belong to. */
export const pythons = ['python3', '/usr/bin/python3']

/** As our side, on one thread. */
export const oneThread = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
