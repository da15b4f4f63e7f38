// Which elements hold secrets. Keys typed there are sent with position and time and without a class, and pointers over
// them are not sent at all unless they are text fields: on a pad for a code, the position is the digit.

const secretAutocomplete = /(?:^|\s)(?:current-password|new-password|one-time-code|cc-\S+)(?:\s|$)/i

/** Fields that were a password field once stay secret: "show password" turns them into plain text fields. */
const onceSecret = new WeakSet<Element>()

/** The innermost element of an event, also inside an open shadow root. */
export function elementOf(event: Event): Element | undefined {
  const [innermost] = event.composedPath()
  return innermost instanceof Element ? innermost : undefined
}

export function isSecret(element: Element | undefined): boolean {
  if (element === undefined) return false
  const isIt =
    onceSecret.has(element) ||
    element.getAttribute('type')?.toLowerCase() === 'password' ||
    secretAutocomplete.test(element.getAttribute('autocomplete') ?? '') ||
    isMarked(element)
  if (isIt) onceSecret.add(element)
  return isIt
}

/** Of an `input` that is pressed or pulled and not typed into. */
const noTextTypes = /^(?:button|submit|reset|image|checkbox|radio|range|color|file)$/i

/** True on a marked element that is no text field, e.g. a pad for a code. */
export function isSecretPad(element: Element | undefined): boolean {
  return element !== undefined && isMarked(element) && !isTextField(element)
}

function isTextField(element: Element): boolean {
  return element.matches('textarea') || (element instanceof HTMLInputElement && !noTextTypes.test(element.type))
}

/** Marked itself, or inside something marked, across open shadow roots. */
function isMarked(element: Element): boolean {
  if (element.closest('[data-vigil-secret]')) return true
  const root = element.getRootNode()
  return root instanceof ShadowRoot && isMarked(root.host)
}
