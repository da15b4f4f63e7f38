// The answers for scripts: what they say is what their description says, and nobody but the signed-in person's own page gets them.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { errorTable, type ErrorCode } from '../../../src/errors.ts'
import { calibrationApi, csrfHeader } from '../../../src/provider/routes/calibration-api.ts'
import { de } from '../../../src/provider/pages/languages/de.ts'
import { en } from '../../../src/provider/pages/languages/en.ts'
import { openPagesHouse, type PagesHouse } from '../pages-house.ts'
import { visitor, type Page, type Visitor } from '../visitor.ts'

type Method = 'get' | 'delete'

interface Description {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Record<string, unknown>>> }
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content: { 'application/json': { schema: { $ref?: string } } } }>
  >
}

let house: PagesHouse
let described: Description
let ahead = 0
let number = 0
let person: Visitor
let accountId = ''

beforeAll(async () => {
  house = await openPagesHouse({ now: () => Math.floor(Date.now() / 1000) + ahead })
  described = JSON.parse((await visitor(house.issuer).raw('/api/openapi.json')).text) as Description
})
afterAll(() => house.close())

beforeEach(async () => {
  ahead = 0
  const name = `script${++number}`
  person = visitor(house.issuer)
  const fields = { username: name, email: 'a@example.test', password: 'seven green bottles' }
  await person.submit(await person.get('/signup'), fields)
  accountId = (await house.storage.accounts.findByUsername(name))!.id
  house.heart.training = {
    state: 'collecting',
    progress: 0.4,
    keystrokes: 200,
    keystrokesNeeded: 500,
    profileVersion: 3
  }
  agree()
})

describe('the description', () => {
  test('is OpenAPI 3.1 and names every route, and no other', () => {
    expect(described.openapi).toMatch(/^3\.1\./)
    const router = calibrationApi({} as Parameters<typeof calibrationApi>[0])
    const routes = router.stack.flatMap(({ path, methods }) =>
      methods.filter((method) => method !== 'HEAD').map((method) => `${method.toLowerCase()} ${String(path)}`)
    )
    const named = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`)
    )
    expect(named.sort()).toEqual(routes.filter((route) => !route.includes('(.*)') && !route.includes('*')).sort())
  })

  test('fits what is answered, and the test would notice what does not fit', async () => {
    for (const path of ['/api/training-status', '/api/calibration', '/api/user-stats'])
      expect(answered('get', path, 200, await person.raw(path))).toBeTruthy()
    const answer = await person.raw('/api/training-status')
    const more = JSON.stringify({ ...(JSON.parse(answer.text) as object), risk: 0.4 })
    expect(() => answered('get', '/api/training-status', 200, { ...answer, text: more })).toThrow(/risk/)
    expect(() => answered('get', '/api/training-status', 200, { ...answer, text: '{}' })).toThrow(/state/)
  })
})

describe('nobody else gets them', () => {
  test.each([
    ['get', '/api/training-status'],
    ['get', '/api/calibration'],
    ['get', '/api/user-stats'],
    ['delete', '/api/calibration']
  ] as const)('%s %s without a session', async (method, path) => {
    refused(method, path, 'not_signed_in', await visitor(house.issuer).raw(path, { method }))
  })

  test('a lesson without agreement', async () => {
    house.heart.people.delete(accountId)
    refused('get', '/api/calibration', 'consent_required', await person.raw('/api/calibration'))
  })

  test('somebody at an open screen, eleven minutes after the login: 403, and it is written down', async () => {
    ahead = 11 * 60
    refused('get', '/api/calibration', 'fresh_login_required', await person.raw('/api/calibration'))
    const [entry] = await house.storage.audit.list({ accountId, type: 'calibration.refused' })
    expect(entry).toMatchObject({ sessionUid: expect.any(String) as string, data: { reason: 'fresh_login_required' } })
  })

  test('a page of another origin, and one that has no token', async () => {
    const { csrf_token: token } = (await lesson()).body
    const attempts = [{}, { [csrfHeader]: 'AAAA' }, { [csrfHeader]: token, origin: 'https://evil.example' }]
    for (const headers of attempts) {
      const answer = await person.raw('/api/calibration', { method: 'DELETE', headers })
      refused('delete', '/api/calibration', 'form_expired', answer)
      expect(house.heart.training.keystrokes).toBe(200)
    }
  })

  test('another site’s script: no answer allows one to read it', async () => {
    for (const path of ['/api/training-status', '/api/calibration', '/api/user-stats']) {
      const { headers } = await person.raw(path, { headers: { origin: 'https://evil.example' } })
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })
})

describe('a lesson', () => {
  test('goes on with the sentence where the person stopped', async () => {
    const { body } = await lesson()
    const typed = body.sentences.slice(0, body.next_sentence).join('').length
    expect(typed).toBeLessThanOrEqual(200)
    expect(typed + body.sentences[body.next_sentence]!.length).toBeGreaterThan(200)
    house.heart.training = { ...house.heart.training, state: 'ready' }
    expect((await lesson()).body.next_sentence).toBe(0)
  })

  test('is in the language of the browser', async () => {
    expect((await lesson()).body.sentences).toEqual(en.calibration.sentences)
    expect((await lesson({ 'accept-language': 'de-CH' })).body.sentences).toEqual(de.calibration.sentences)
  })

  test('is begun anew by the person’s own page', async () => {
    const headers = { [csrfHeader]: (await lesson()).body.csrf_token, origin: house.issuer }
    const answer = await person.raw('/api/calibration', { method: 'DELETE', headers })
    expect(answered('delete', '/api/calibration', 200, answer)).toMatchObject({ state: 'collecting', keystrokes: 0 })
  })
})

interface Lesson {
  readonly sentences: readonly string[]
  readonly next_sentence: number
  readonly csrf_token: string
}

async function lesson(headers: Readonly<Record<string, string>> = {}): Promise<{ readonly body: Lesson }> {
  const answer = await person.raw('/api/calibration', { headers })
  return { body: answered('get', '/api/calibration', 200, answer) as Lesson }
}

function agree(): void {
  house.heart.people.set(accountId, { accountId, consentedAt: 1 })
}

/** The body of an answer that has the status and the form that the description gives it. */
function answered(method: Method, path: string, status: number, answer: Pick<Page, 'status' | 'text'>): unknown {
  expect([path, answer.status, answer.text]).toEqual([path, status, expect.any(String)])
  const operation = described.paths[path]?.[method]
  const { schema } = operation!.responses[String(status)]!.content['application/json']
  const { $ref: ref } = schema
  const name = ref?.replace('#/components/schemas/', '')
  return z.fromJSONSchema(name ? described.components.schemas[name]! : schema).parse(JSON.parse(answer.text))
}

function refused(method: Method, path: string, code: ErrorCode, answer: Page): void {
  const body = answered(method, path, errorTable[code].status!, answer)
  expect(body).toEqual({ error: code, error_description: errorTable[code].meaning })
}
