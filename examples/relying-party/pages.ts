// The relying party's two pages as strings: small enough to need no templates.

import type { SignedIn } from './relying-party.ts'

export interface Home {
  readonly session: SignedIn | undefined
  readonly issuer: string
  readonly canReport: boolean
}

/** Claims that the page explains, in reading order. */
const shown = {
  preferred_username: 'who you are',
  acr: 'how surely it is you',
  amr: 'what you proved it with',
  auth_time: 'when you last proved it',
  acr_expires_at: 'when that wears off',
  risk_level: 'what your session looks like'
} as const

export function homePage({ session, issuer, canReport }: Home): string {
  if (!session) {
    return layout(
      'Welcome',
      `<section class="card hero">
        <h1>Northwind Notes</h1>
        <p>A small application that leaves signing in to its identity provider, and reads from the claims how sure that provider still is.</p>
        <p><a class="button" id="sign-in" href="/login">Sign in</a></p>
        <p class="quiet">New here? <a href="${escape(issuer)}/signup">Create an account and teach it how you type</a> first.</p>
      </section>`
    )
  }
  return layout(
    'Your notes',
    `<header class="bar"><h1>Northwind Notes</h1><span class="state" role="status" data-vigil-state="connecting" data-vigil-words-watched="Watched" data-vigil-words-warming-up="Not known yet" data-vigil-words-doubt="In doubt" data-vigil-words-stopped="Not watched" data-vigil-words-unobserved="Not watched">Connecting</span> <a class="button secondary" data-vigil-phrase-link href="#" target="_blank" rel="noopener" hidden>Clear it up by typing a sentence</a></header>
    <div class="grid">
      <section class="card">
        <h2><label for="note">A note</label></h2>
        <textarea id="note" rows="9" spellcheck="false" placeholder="Write something. While you type, the rhythm of your keys (never the text) tells the provider whether it is still you."></textarea>
      </section>
      <section class="card">
        <h2>Claims we hold about you</h2>
        <dl id="claims">${claimRows(session)}</dl>
        <div class="row">
          <a class="button secondary" id="silent" href="/login?prompt=none">Renew silently</a>
          <a class="button secondary" id="step-up" data-in-place href="/login?prompt=login&amp;acr_values=urn:vigil:loa:1">Prove it is me</a>
          <form method="post" action="/logout"><button class="secondary" id="sign-out">Sign out</button></form>
        </div>
        <p class="quiet">Not watched, or not known yet? <a href="${escape(issuer)}/vigil/consent">Teach the provider how you type</a>.</p>
      </section>
      ${canReport ? pretend : ''}
    </div>
    <script src="${escape(issuer)}/vigil/agent.js" data-vigil-ticket="/ticket" data-vigil-challenge="/login" defer></script>
    <script src="/step-up.js" defer></script>`
  )
}

/** In the window of its own, once the person has proved it: tells the page that asked, and goes. */
export function answeredPage(): string {
  return layout(
    'Thank you',
    `<section class="card hero" data-answered>
      <h1>Thank you</h1>
      <p>You can close this window and go on where you were. <a href="/">Or go on here</a>.</p>
    </section>
    <script src="/step-up.js" defer></script>`
  )
}

export function problemPage(code: string, description: string): string {
  return layout(
    'Not signed in',
    `<section class="card hero">
      <h1>The provider said no</h1>
      <p><code id="error">${escape(code)}</code></p>
      <p>${escape(description)}</p>
      <p><a class="button" id="sign-in" href="/login">Sign in and prove it is me</a> <a href="/">Back</a></p>
    </section>`
  )
}

const pretend = `<section class="card wide">
  <h2>Pretend</h2>
  <p class="quiet">Tell the provider that somebody else seems to be at the keyboard. It enters as evidence and is written to the audit. A page that is watched hears of it at once, any other when it asks next: renew silently.</p>
  <form class="row" method="post" action="/pretend">
    <button name="level" value="HIGH" id="risk-high">Somebody else sat down</button>
    <button class="secondary" name="level" value="MEDIUM" id="risk-medium">There is a doubt</button>
    <button class="secondary" name="level" value="LOW" id="risk-low">All is well</button>
  </form>
</section>`

function claimRows({ claims, before }: SignedIn): string {
  return Object.entries(shown)
    .filter(([name]) => claims[name] !== undefined)
    .map(([name, meaning]) => {
      const value = words(name, claims[name])
      const earlier = before?.[name] === undefined ? value : words(name, before[name])
      const change = earlier === value ? '' : `<small class="was">was ${escape(earlier)}</small>`
      return `<div><dt><code>${name}</code><small>${meaning}</small></dt><dd data-claim="${name}" data-value="${escape(JSON.stringify(claims[name]))}">${escape(value)}${change}</dd></div>`
    })
    .join('')
}

function words(name: string, value: unknown): string {
  if (name === 'auth_time' || name === 'acr_expires_at')
    return new Date(Number(value) * 1000).toISOString().replace('T', ' ').slice(0, 19) + ' UTC'
  return Array.isArray(value) ? value.join(', ') : String(value)
}

function layout(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Northwind Notes</title>
<link rel="stylesheet" href="/style.css">
</head>
<body><main>${body}</main></body>
</html>`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
