// A process of its own whose cost is measured: asked by a message, answers by a message.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child {
  ask<Answer>(question: string): Promise<Answer>
  end(): void
}

/** `file` beside this one. */
export function childOf(file: string, args: readonly string[] = []): Child {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...args], {
    execArgv: ['--conditions=vigil-source', '--expose-gc']
  })
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with ${String(code)}`)))
  // Whoever loses the race is of no more interest.
  ended.catch(() => undefined)
  return {
    async ask<Answer>(question: string) {
      const heard = once(child, 'message')
      child.send(question)
      const [answer] = (await Promise.race([heard, ended])) as [Answer]
      return answer
    },
    end: () => void child.kill()
  }
}
