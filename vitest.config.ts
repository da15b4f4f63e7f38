import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['vigil-source'] },
  // Vitest hands these to Node, where they hold for `require` too: `import` among them would give CommonJS packages modules.
  ssr: { resolve: { conditions: ['vigil-source', 'node'] } },
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/bench/**', '**/node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2
  }
})
