// What is asked for, as the parameters of an authorization request.

import type { Ask } from '../party.ts'

export function query({ acrValues, maxAgeSeconds, prompt }: Ask & { readonly prompt?: string }): URLSearchParams {
  return new URLSearchParams({
    ...(acrValues !== undefined && { acr_values: acrValues }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
    ...(prompt !== undefined && { prompt })
  })
}
