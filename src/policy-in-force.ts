// Which policy decides: the operator's document where one is given, the one activated last otherwise, the default before there is any. A
// document that is new becomes the next version, so that every decision names the text it was made by.

import type { AuditLog, PolicyStore } from './ports.ts'
import { defaultPolicyDocument, parsePolicy, type Policy } from './risk/policy.ts'

/** Throws `policy_invalid`, before anything is changed. */
export async function policyInForce(
  given: string | undefined,
  acrs: readonly string[],
  policies: PolicyStore,
  audit: AuditLog,
  methods: readonly string[] = []
): Promise<Policy> {
  const stored = await policies.current()
  const document = given ?? stored?.document
  if (document === undefined) return parsePolicy(defaultPolicyDocument, acrs, 0, methods)
  const policy = parsePolicy(document, acrs, stored?.version, methods)
  if (document === stored?.document) return policy
  const { version } = await policies.activate(document)
  await audit.append({ type: 'policy.activated', data: { version, rules: policy.rules.length } })
  return { ...policy, version }
}
