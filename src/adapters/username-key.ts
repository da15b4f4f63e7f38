// The form in which user names are compared. It is computed here and stored, so that no database collation has a say in who
// is who.

/** Equal for names that differ only in case or in Unicode compatibility forms (e.g. full-width letters). */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase()
}
