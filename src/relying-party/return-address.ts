// Where a person may be brought back to after a redirect: a place of this very site, as a path. Everything that a browser could read as
// another site is the front page instead (open redirect).

/** Anything of any shape becomes a path of this site, `/` when it is none. */
export function localAddress(wanted: unknown): string {
  // Browsers drop tabs and line feeds, and read a backslash as a slash (WHATWG URL §4.4).
  if (typeof wanted !== 'string' || wanted.length > 2048 || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(wanted)) return '/'
  const here = 'https://here.invalid'
  if (!URL.canParse(wanted, here)) return '/'
  const { origin, pathname, search, hash } = new URL(wanted, here)
  // `/a/..//evil.example` is a path that begins with two slashes once it is resolved.
  return origin === here && !pathname.startsWith('//') ? pathname + search + hash : '/'
}
