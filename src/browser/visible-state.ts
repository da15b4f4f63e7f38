// What the person sees of being watched: events for the page's own script, and words in every `[data-vigil-state]`
// element, so that a page without any script shows it too.

export type AgentState = 'connecting' | 'watched' | 'warming_up' | 'unobserved' | 'doubt' | 'stopped' | 'offline'

/** Said unless the element brings words of its own in `data-vigil-words-<state>` (with `-` for `_`). */
const words: Readonly<Record<AgentState, string>> = {
  connecting: 'Connecting',
  watched: 'Protected',
  warming_up: 'Learning how you type',
  unobserved: 'Not protected',
  doubt: 'Please confirm that it is you',
  stopped: 'Protection ended',
  offline: 'Reconnecting'
}

export function showState(page: Document, state: AgentState): void {
  for (const element of page.querySelectorAll<HTMLElement>('[data-vigil-state]')) {
    const own = element.getAttribute(`data-vigil-words-${state.replace('_', '-')}`)
    element.setAttribute('data-vigil-state', state)
    element.textContent = own ?? words[state]
  }
}

/** Links `[data-vigil-phrase-link]` lead to the page of the phrase as long as one is offered, and are hidden otherwise. */
export function showOffer(page: Document, url: string | undefined): void {
  for (const link of page.querySelectorAll<HTMLAnchorElement>('a[data-vigil-phrase-link]')) {
    link.hidden = url === undefined
    if (url !== undefined) link.href = url
  }
}

/** Dispatches a `vigil:…` event on the document; false when a listener prevented what follows by default. */
export function announce(page: Document, name: string, detail: unknown): boolean {
  return page.dispatchEvent(new CustomEvent(`vigil:${name}`, { detail, cancelable: true }))
}
