// The agent as a plain script: `<script src="…/vigil/agent.js" data-vigil-…>` starts it by its attributes, with no inline
// script, so that the strictest content security policy holds. The running agent is `window.vigil`. On a login page, where nobody is watched
// yet, `data-vigil-login` has it note how the password is typed and nothing else; `data-vigil-phrase` does so for a sentence.

import { startAgent } from './agent.ts'
import type { Agent, AgentOptions, Credential } from './agent.ts'
import { startLoginRhythm } from './login-rhythm.ts'
import { startTypedPhrase } from './typed-phrase.ts'

declare global {
  interface Window {
    vigil?: Agent
  }
}

const options = optionsOf(document.currentScript)
const isLogin = document.currentScript?.hasAttribute('data-vigil-login') === true
const isPhrase = document.currentScript?.hasAttribute('data-vigil-phrase') === true
if (isLogin) startLoginRhythm(document)
else if (isPhrase) startTypedPhrase(document)
else if (options === undefined) {
  throw new TypeError(
    'vigil: the script needs data-vigil-page-token, data-vigil-ticket, data-vigil-login or data-vigil-phrase'
  )
}
if (options !== undefined) window.vigil ??= startAgent(options)

function optionsOf(script: unknown): AgentOptions | undefined {
  if (!(script instanceof HTMLScriptElement)) return undefined
  const { vigilPageToken: pageToken, vigilTicket: ticketUrl, vigilUrl, vigilChallenge: challengeUrl } = script.dataset
  let credential: Credential
  if (ticketUrl) credential = { ticketUrl }
  else if (pageToken) credential = { pageToken, url: channelUrl(script.src, vigilUrl) }
  else return undefined
  return { credential, ...(challengeUrl && { challengeUrl }) }
}

/** The channel is a neighbour of the folder that the script lies in, unless the page says otherwise. */
function channelUrl(scriptUrl: string, told: string | undefined): string {
  const url = new URL(told ?? '../continuous', told ? document.baseURI : scriptUrl)
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}
