// The description of the JSON answers, as OpenAPI 3.1. A test holds real answers to it and finds a path that it does not describe.

import { errorTable, type ErrorCode } from '../../errors.ts'
import { riskLevels, watchStates } from '../../risk/levels.ts'

type Json = Readonly<Record<string, unknown>>

export function openApiDocument(issuer: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vigil: teaching and standing of the signed-in person',
      version: '1.0.0',
      description:
        'For pages of the provider’s own origin. A request is authenticated by the session cookie; a request that changes something also carries the token of `GET /api/calibration` in `X-CSRF-Token`.'
    },
    servers: [{ url: issuer.replace(/\/$/, '') }],
    security: [{ session: [] }],
    paths: {
      '/api/training-status': {
        get: {
          operationId: 'getTrainingStatus',
          summary: 'How far Vigil has learnt how the person types',
          responses: { 200: answer('TrainingStatus'), ...refusals('not_signed_in') }
        }
      },
      '/api/calibration': {
        get: {
          operationId: 'getCalibration',
          summary: 'What to type in a lesson',
          description:
            'Only after a login of the last minutes, as strong as the person can, in a session that nobody doubts.',
          responses: {
            200: answer('Calibration'),
            ...refusals('not_signed_in', 'consent_required', 'fresh_login_required')
          }
        },
        delete: {
          operationId: 'startCalibrationOver',
          summary: 'Forget what the lesson has collected and begin it anew; a profile that was made stays',
          parameters: [
            {
              name: 'X-CSRF-Token',
              in: 'header',
              required: true,
              schema: { type: 'string' },
              description: '`csrf_token` of `GET /api/calibration`'
            }
          ],
          responses: {
            200: answer('TrainingStatus'),
            ...refusals('not_signed_in', 'consent_required', 'fresh_login_required', 'form_expired')
          }
        }
      },
      '/api/user-stats': {
        get: {
          operationId: 'getUserStats',
          summary: 'What the present session is worth, and how much is going on',
          responses: { 200: answer('UserStats'), ...refusals('not_signed_in') }
        }
      },
      '/api/openapi.json': {
        get: {
          operationId: 'getDescription',
          summary: 'This document',
          security: [],
          responses: {
            200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } }
          }
        }
      }
    },
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '_session' } },
      schemas
    }
  }
}

const seconds = (what: string): Json => ({ type: 'integer', description: `${what}, in seconds since the epoch` })
const count = (what: string): Json => ({ type: 'integer', minimum: 0, description: what })

function object(properties: Json, ...optional: readonly string[]): Json {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

const trainingStatus = object(
  {
    state: { type: 'string', enum: ['no_consent', 'none', 'collecting', 'ready'] },
    progress: { type: 'number', minimum: 0, maximum: 1, description: 'share of what a profile needs' },
    keystrokes: count('keystrokes collected in this lesson'),
    keystrokes_needed: count('keystrokes that make a profile'),
    profile_version: count('version of the profile that serves')
  },
  'profile_version'
)

const schemas: Json = {
  TrainingStatus: trainingStatus,
  Calibration: object({
    sentences: { type: 'array', items: { type: 'string' }, minItems: 1 },
    next_sentence: count('index of the sentence to go on with'),
    csrf_token: { type: 'string' },
    status: trainingStatus
  }),
  UserStats: object({
    standing: {
      anyOf: [
        object(
          {
            acr: { type: 'string' },
            amr: { type: 'array', items: { type: 'string' } },
            auth_time: seconds('last login'),
            acr_expires_at: seconds('when the level ages out'),
            risk_level: { type: 'string', enum: [...riskLevels] },
            watch: { type: 'string', enum: [...watchStates] }
          },
          'auth_time',
          'acr_expires_at'
        ),
        { type: 'null' }
      ]
    },
    sessions: count('sessions of the person'),
    challenges: count('challenges that risk has caused in them'),
    training: trainingStatus
  }),
  Error: object({ error: { type: 'string' }, error_description: { type: 'string' } })
}

function answer(schema: string): Json {
  const ref = { $ref: `#/components/schemas/${schema}` }
  return { description: schema, content: { 'application/json': { schema: ref } } }
}

/** One response a status, with the codes that have it. */
function refusals(...codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(codes, (code) => errorTable[code].status ?? 500)
  return Object.fromEntries(
    Array.from(byStatus, ([status, same]) => {
      const description = same.map((code) => `\`${code}\`: ${errorTable[code].meaning}`).join('\n\n')
      return [status, { ...answer('Error'), description }]
    })
  )
}
