// The JSON answers about teaching and standing that pages poll, for the browser that is signed in: authentication is the session cookie, and
// whatever changes something wants the token that only our own origin can read. Described by `openapi.ts`.

import Router from '@koa/router'
import { errorTable, VigilError } from '../../errors.ts'
import { wordsFor } from '../pages/languages/index.ts'
import { openApiDocument } from './openapi.ts'
import { type SignedIn, signedIn } from '../sessions/signed-in.ts'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { AuditLog } from '../../ports.ts'
import type { Forms } from '../pages/forms.ts'
import type { TrainingStatus, Vigil } from '../vigil-api.ts'

export interface CalibrationApiOptions {
  readonly provider: Provider
  readonly vigil: Pick<
    Vigil,
    'person' | 'trainingStatus' | 'proofNeeded' | 'startLessonOver' | 'sessionsOf' | 'standing'
  >
  readonly forms: Forms
  readonly audit: AuditLog
  readonly issuer: string
}

/** Header in which a script sends the token that `GET /api/calibration` gave it. */
export const csrfHeader = 'X-CSRF-Token'

export const calibrationApiPaths: readonly string[] = [
  '/api/training-status',
  '/api/calibration',
  '/api/user-stats',
  '/api/openapi.json'
]

export function calibrationApi(options: CalibrationApiOptions): Router {
  const { provider, vigil, forms } = options
  const router = new Router()
  router.use([...calibrationApiPaths], problemAnswers)

  router.get('/api/openapi.json', (ctx) => {
    ctx.set('Cache-Control', 'public, max-age=300')
    ctx.body = openApiDocument(options.issuer)
  })

  router.get('/api/training-status', async (ctx) => {
    const who = await mustBeSignedIn(ctx)
    ctx.body = statusAnswer(await vigil.trainingStatus(who.accountId))
  })

  router.get('/api/calibration', async (ctx) => {
    const who = await mustTeach(ctx)
    const { sentences } = wordsFor(ctx).calibration
    const status = await vigil.trainingStatus(who.accountId)
    ctx.body = {
      sentences,
      next_sentence: status.state === 'collecting' ? sentenceAfter(sentences, status.keystrokes) : 0,
      csrf_token: forms.token(ctx, '/api/calibration'),
      status: statusAnswer(status)
    }
  })

  router.delete('/api/calibration', async (ctx) => {
    const who = await mustTeach(ctx)
    forms.check(ctx, '/api/calibration', ctx.get(csrfHeader))
    await vigil.startLessonOver(who.accountId)
    ctx.body = statusAnswer(await vigil.trainingStatus(who.accountId))
  })

  router.get('/api/user-stats', async (ctx) => {
    const who = await mustBeSignedIn(ctx)
    const [standing, sessions, status] = await Promise.all([
      vigil.standing(who.uid),
      vigil.sessionsOf(who.accountId),
      vigil.trainingStatus(who.accountId)
    ])
    ctx.body = {
      standing: standing
        ? {
            acr: standing.acr,
            amr: standing.amr,
            auth_time: who.loginAt,
            acr_expires_at: standing.acrExpiresAt,
            risk_level: standing.risk,
            watch: standing.watch
          }
        : null,
      sessions: sessions.length,
      challenges: sessions.reduce((sum, session) => sum + session.alarms, 0),
      training: statusAnswer(status)
    }
  })

  async function mustBeSignedIn(ctx: Koa.Context): Promise<SignedIn> {
    const who = await signedIn(provider, ctx)
    if (!who) throw new VigilError('not_signed_in')
    return who
  }

  /** Somebody who may teach their hands now; whoever may not is written down, for it may be somebody else at an open screen. */
  async function mustTeach(ctx: Koa.Context): Promise<SignedIn> {
    const who = await mustBeSignedIn(ctx)
    const person = await vigil.person(who.accountId)
    if (person?.consentedAt === undefined) throw new VigilError('consent_required')
    if (!(await vigil.proofNeeded(who.uid))) return who
    const { accountId, uid: sessionUid } = who
    await options.audit.append({
      type: 'calibration.refused',
      accountId,
      sessionUid,
      data: { reason: 'fresh_login_required' }
    })
    throw new VigilError('fresh_login_required')
  }

  return router
}

/** As `problemPages`, for callers that read JSON whatever they say they accept. */
const problemAnswers: Koa.Middleware = async (ctx, next) => {
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Content-Type-Options', 'nosniff')
  try {
    await next()
  } catch (error) {
    const known = error instanceof VigilError ? error : new VigilError('internal', undefined, { cause: error })
    if (known !== error) ctx.app.emit('error', error, ctx)
    ctx.status = known.status
    ctx.body = { error: known.code, error_description: errorTable[known.code].meaning }
  }
}

/** The sentence to go on with for somebody who has typed so many keystrokes of them before. */
function sentenceAfter(sentences: readonly string[], keystrokes: number): number {
  let typed = 0
  const index = sentences.findIndex((sentence) => (typed += sentence.length) > keystrokes)
  return index === -1 ? 0 : index
}

function statusAnswer(status: TrainingStatus): Record<string, unknown> {
  return {
    state: status.state,
    progress: status.progress,
    keystrokes: status.keystrokes,
    keystrokes_needed: status.keystrokesNeeded,
    profile_version: status.profileVersion
  }
}
