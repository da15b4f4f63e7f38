// `POST /demo/risk`: lets a visitor of the demo pretend that somebody else sat down. It reports evidence through the same door as any
// evidence, where it is audited. `vigil serve` does not have it.

import Router from '@koa/router'
import bodyParser from '@koa/bodyparser'
import { riskLevels, type RiskLevel, type ServerParts, VigilError } from 'oidc-vigil/server'

export function demoRoutes({ vigil, storage }: ServerParts): Router {
  const router = new Router()
  router.post('/demo/risk', refusals, readJson, async (ctx) => {
    // Browsers send an Origin with every POST: no page can reach this on somebody's behalf.
    if (ctx.get('Origin') !== '') throw new VigilError('origin_not_allowed')
    const { username, level } = (ctx.request.body ?? {}) as { username?: unknown; level?: unknown }
    if (typeof username !== 'string' || !riskLevels.includes(level as RiskLevel)) {
      const expected = `{"username", "level": one of ${riskLevels.join(', ')}}`
      throw new VigilError('form_invalid', `expected ${expected}`)
    }
    const account = await storage.accounts.findByUsername(username)
    if (!account) throw new VigilError('not_found', 'nobody has that user name')
    const sessions = await vigil.sessionsOf(account.id)
    await Promise.all(sessions.map(({ uid }) => vigil.reportRisk(uid, level as RiskLevel, 'reported')))
    ctx.body = { sessions: sessions.length }
  })
  return router
}

const readJson = bodyParser({
  enableTypes: ['json'],
  jsonLimit: '4kb',
  onError(cause) {
    const tooLarge = 'status' in cause && cause.status === 413
    throw tooLarge ? new VigilError('body_too_large') : new VigilError('form_invalid', 'expected JSON', { cause })
  }
})

async function refusals(ctx: { status: number; body: unknown }, next: () => Promise<unknown>): Promise<void> {
  try {
    await next()
  } catch (error) {
    if (!(error instanceof VigilError)) throw error
    ctx.status = error.status
    ctx.body = { error: error.code, error_description: error.message }
  }
}
