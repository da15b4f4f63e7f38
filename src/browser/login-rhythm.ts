// On a login form: how the secret was typed goes with the form, position by position, and nowhere else. Which key it was is looked at here,
// to leave out those that write nothing, and never told. What was pasted, filled in or composed tells nothing: the field stays empty.

import { mostTypedKeys, rhythmField, type TypedRhythm } from '../biometrics/fixed-text/typed-rhythm.ts'
import { measureGrain } from './clock-grain.ts'

/** Watches every form of the page that has a hidden field `vigil_rhythm`. Without such a form it does nothing. */
export function startLoginRhythm(page: Document): void {
  const told: { grainMs: number } = { grainMs: 0 }
  let any = false
  for (const hidden of page.querySelectorAll<HTMLInputElement>(`form input[name="${rhythmField}"]`)) {
    const secret = hidden.form?.querySelector<HTMLInputElement>('input[type="password"]')
    if (!hidden.form || !secret) continue
    any = true
    follow(hidden.form, hidden, secret, told)
  }
  if (any) void measureGrain(() => performance.now()).then((grainMs) => (told.grainMs = grainMs))
}

interface Press {
  readonly at: number
  heldMs: number | null
}

function follow(
  form: HTMLFormElement,
  hidden: HTMLInputElement,
  secret: HTMLInputElement,
  told: { readonly grainMs: number }
): void {
  let presses: Press[] = []
  /** By position of the key; the map never leaves this function. */
  let held = new Map<string, Press>()
  let written = 0
  let corrected = false
  /** Something came into the field in another way than key by key. */
  let otherwise = false
  let untrusted = 0

  // Capture phase, so that a page that stops the propagation is heard too.
  const how = { capture: true, passive: true }
  secret.addEventListener('keydown', keyDown, how)
  form.ownerDocument.addEventListener('keyup', keyUp, how)
  secret.addEventListener('input', changed, how)
  for (const name of ['paste', 'drop', 'compositionstart']) {
    secret.addEventListener(name, () => void (otherwise = true), how)
  }
  form.addEventListener('submit', (event) => {
    // "Cancel" sends the form too, to somebody whom the rhythm does not concern.
    hidden.value = event.submitter?.hasAttribute('formaction') ? '' : rhythm()
  })
  // Back from the next page: what is typed now is another attempt.
  form.ownerDocument.defaultView?.addEventListener('pageshow', ({ persisted }) => persisted && startAnew())
  if (secret.value !== '') otherwise = true

  function startAnew(): void {
    presses = []
    held = new Map()
    written = untrusted = 0
    corrected = otherwise = false
    hidden.value = ''
  }

  function keyDown(event: KeyboardEvent): void {
    // Chrome's autofill dispatches a keydown that is no KeyboardEvent.
    if (typeof event.key !== 'string') return
    const old: { readonly keyCode: number } = event
    if (event.isComposing || old.keyCode === 229) otherwise = true
    if (event.repeat || !writes(event)) return
    if (!event.isTrusted) untrusted++
    if (event.key === 'Backspace' || event.key === 'Delete') corrected = true
    else if (event.key.length === 1) written++
    const press: Press = { at: event.timeStamp, heldMs: null }
    presses.push(press)
    held.set(event.code || event.key, press)
  }

  function keyUp(event: KeyboardEvent): void {
    const key = event.code || event.key
    const press = held.get(key)
    if (press === undefined) return
    held.delete(key)
    press.heldMs = event.timeStamp - press.at
  }

  function changed(event: Event): void {
    const { inputType } = event as { readonly inputType?: string }
    if (secret.value === '') startAnew()
    // A plain Event is what autofill and password managers dispatch.
    else if (!inputType || !/^(?:insertText|delete)/.test(inputType)) otherwise = true
  }

  function rhythm(): string {
    const byHand = !otherwise && (corrected || written === secret.value.length)
    if (!byHand || presses.length === 0 || presses.length > mostTypedKeys) return ''
    const from = presses[0]!.at
    const typed: TypedRhythm = {
      v: 1,
      grain: told.grainMs,
      untrusted,
      press: presses.map(({ at }) => tenths(at - from)),
      hold: presses.map(({ heldMs }) => (heldMs === null ? null : tenths(heldMs)))
    }
    return JSON.stringify(typed)
  }
}

/** Keys that put something into the field, take something out, or are held for it; not Enter, Tab, arrows and shortcuts. */
function writes(event: KeyboardEvent): boolean {
  const { key } = event
  // AltGr counts as Control and Alt on some systems.
  if ((event.ctrlKey || event.metaKey) && !event.getModifierState('AltGraph')) return false
  return key.length === 1 || /^(?:Dead|Shift|AltGraph|Backspace|Delete)$/.test(key)
}

function tenths(ms: number): number {
  return Math.round(10 * ms) / 10
}
