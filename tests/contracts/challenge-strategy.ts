// What every strategy promises, as one suite for all of them.

import { describe, expect, it } from 'vitest'
import type { ChallengeStrategy } from '../../src/challenge/strategy.ts'

// RFC 8176 §2, and nothing else.
const registered = 'face fpt geo hwk iris kba mca mfa otp pin pop pwd rba retina sc sms swk tel user vbm wia'.split(' ')

export interface ChallengeSetting<Answer> {
  readonly strategy: ChallengeStrategy<unknown, Answer>
  /** Somebody who can use it, somebody else who can, and somebody who cannot. */
  readonly ana: string
  readonly ben: string
  readonly nobody: string
  /** A right answer of Ana that was not given before, and answers that are wrong. */
  right(): Promise<Answer> | Answer
  readonly wrong: readonly Answer[]
  /** Answers count once. */
  readonly singleUse: boolean
  /** What the page shows because it has to be written: no secret. */
  readonly shown?: readonly string[]
  /** False for what proves something else than who a person is, and adds no method. Default true. */
  readonly factor?: boolean
}

export function challengeContract<Answer>(name: string, open: () => Promise<ChallengeSetting<Answer>>): void {
  describe(`strategy ${name}`, () => {
    const pass = async ({ strategy }: ChallengeSetting<Answer>, who: string, answer: Answer): Promise<boolean> => {
      // As a provider keeps it between the page and the answer.
      const { state } = await strategy.begin(who)
      return (await strategy.verify(JSON.parse(JSON.stringify(state)), answer)) !== false
    }

    it('has a name, and methods of the registry', async () => {
      const { strategy, factor } = await open()
      expect(strategy.id).toMatch(/^[a-z][a-z-]*$/)
      expect(strategy.amr.length > 0).toBe(factor ?? true)
      for (const method of strategy.amr) expect(registered).toContain(method)
    })

    it('says who can use it', async () => {
      const { strategy, ana, ben, nobody } = await open()
      const answers = await Promise.all([ana, ben, nobody, 'an account that is not there'].map(strategy.available))
      expect(answers).toEqual([true, true, false, false])
    })

    it('believes the right answer of the right person, and of nobody else', async () => {
      const setting = await open()
      for (const wrong of setting.wrong) expect(await pass(setting, setting.ana, wrong)).toBe(false)
      const right = await setting.right()
      for (const who of [setting.ben, setting.nobody, 'gone']) expect(await pass(setting, who, right)).toBe(false)
      expect(await pass(setting, setting.ana, right)).toBe(true)
    })

    it('tells a page nothing that helps to guess', async () => {
      const setting = await open()
      const right = Object.values((await setting.right()) as Record<string, unknown>).filter(
        (v) => typeof v === 'string'
      )
      const { view } = await setting.strategy.begin(setting.ana)
      const secrets = right.filter((value) => !setting.shown?.includes(value))
      for (const value of secrets) expect(JSON.stringify(view)).not.toContain(value)
      expect(view).toEqual((await setting.strategy.begin(setting.nobody)).view)
    })

    it('of fifty who give one answer at the same moment, one passes where answers count once', async () => {
      const setting = await open()
      const right = await setting.right()
      const settled = await Promise.allSettled(Array.from({ length: 50 }, () => pass(setting, setting.ana, right)))
      const passed = settled.filter((one) => one.status === 'fulfilled' && one.value)
      expect(passed).toHaveLength(setting.singleUse ? 1 : 50)
      for (const one of settled)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'too_many_attempts' })
      expect(await pass(setting, setting.ana, right).catch(() => false)).toBe(!setting.singleUse)
    })
  })
}
