// The APIs that the stand-alone server makes JWT access tokens for (RFC 8707, RFC 9068), as its operator lists them.

import { type Configuration, errors } from 'oidc-provider'
import { z } from 'zod'
import { check } from '../../schema.ts'

export interface ResourceServer {
  /** What clients send as `resource`: an absolute URI without fragment (RFC 8707 §2). */
  readonly resource: string
  /** Scopes that it knows, between spaces. */
  readonly scope: string
  /** `aud` of its tokens. Default: `resource`. */
  readonly audience?: string | undefined
}

/** A list from outside. `root` begins the path in a complaint. Throws `config_invalid` with path, expectation and value. */
export function resourceServersFrom(value: unknown, root = 'resources'): readonly ResourceServer[] {
  return check(list, value, root, 'config_invalid')
}

const list = z.array(
  z.strictObject({
    resource: z.string().refine(isResource, { error: 'must be an absolute URI without fragment' }),
    scope: z.string(),
    audience: z.string().min(1).optional()
  })
)

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>

/** A request for any other resource is `invalid_target`. Without resources nothing is switched on. */
export function resourceIndicators(resources: readonly ResourceServer[]): ResourceIndicators {
  return {
    enabled: resources.length > 0,
    defaultResource: () => [],
    async getResourceServerInfo(_ctx, indicator) {
      const found = resources.find(({ resource }) => resource === indicator)
      if (!found) throw new errors.InvalidTarget(`there is no resource ${indicator} here`)
      return { scope: found.scope, audience: found.audience ?? found.resource, accessTokenFormat: 'jwt' }
    }
  }
}

function isResource(value: string): boolean {
  return URL.canParse(value) && !value.includes('#')
}
