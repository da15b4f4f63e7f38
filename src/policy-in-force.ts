// Which policy decides: the operator's document where one is given, the one activated last otherwise, the default before there is any. A
// document that is new becomes the next version, so that every decision names the text it was made by.

import { isVigilError, VigilError } from './errors.ts'
import type { AuditLog, PolicyStore, StoredPolicy } from './ports.ts'
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
  const policy =
    given === undefined ? parseStored(stored!, acrs, methods) : parsePolicy(given, acrs, stored?.version, methods)
  if (document === stored?.document) return policy
  const { version } = await policies.activate(document)
  await audit.append({ type: 'policy.activated', data: { version, rules: policy.rules.length } })
  return { ...policy, version }
}

/**
 * What was activated under an earlier release, or with other levels and factors, may be refused now. Whoever starts has no other way to the text: it is
 * told whole.
 */
function parseStored({ version, document }: StoredPolicy, acrs: readonly string[], methods: readonly string[]): Policy {
  try {
    return parsePolicy(document, acrs, version, methods)
  } catch (cause) {
    if (!isVigilError(cause, 'policy_invalid')) throw cause
    throw new VigilError(
      'policy_invalid',
      `the policy in force, version ${version} in the database, is refused: ${cause.message}. Mend its text, put it into a file and start with ` +
        `VIGIL_POLICY=<file> (option policy), which takes its place. The text as it is stored:\n${document}`,
      { cause }
    )
  }
}
