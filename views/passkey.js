// Asks the device for a passkey, or for a new one, when such a form is sent, and sends the answer along. The form says in its attributes what to ask
// and what to tell the person.

const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
const toBase64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const field = form.elements.namedItem('passkey')
  const says = form.querySelector('[data-passkey-says]')
  let waiting = false

  const say = (words) => {
    says.textContent = words ?? ''
    says.hidden = !words
  }

  form.addEventListener('submit', async (event) => {
    // Another button of the form, or the answer itself on its way.
    if (event.submitter?.hasAttribute('formaction') || field.value) return
    event.preventDefault()
    if (waiting) return
    waiting = true
    say(form.dataset.wordsWaiting)
    try {
      field.value = JSON.stringify(await askDevice(form.dataset.passkey, JSON.parse(form.dataset.options)))
      say()
      form.requestSubmit()
    } catch (error) {
      say(wordsFor(form, error))
    } finally {
      waiting = false
    }
  })

  // A page that the browser brings back has an answer in it that was used.
  addEventListener('pageshow', () => {
    field.value = ''
  })
  if (!globalThis.PublicKeyCredential) say(form.dataset.wordsUnsupported)
}

async function askDevice(what, options) {
  const credential =
    what === 'create'
      ? await navigator.credentials.create({
          publicKey: {
            ...options,
            challenge: fromBase64url(options.challenge),
            user: { ...options.user, id: fromBase64url(options.user.id) },
            excludeCredentials: withBytes(options.excludeCredentials)
          }
        })
      : await navigator.credentials.get({
          publicKey: {
            ...options,
            challenge: fromBase64url(options.challenge),
            allowCredentials: withBytes(options.allowCredentials)
          }
        })
  const { id, rawId, type, response } = credential
  const parts = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) parts[name] = toBase64url(response[name])
  }
  if (what === 'create') parts.transports = response.getTransports?.() ?? []
  return { id, rawId: toBase64url(rawId), type, response: parts, clientExtensionResults: {} }
}

function withBytes(credentials = []) {
  return credentials.map((one) => ({ ...one, id: fromBase64url(one.id) }))
}

function wordsFor(form, { name }) {
  if (!globalThis.PublicKeyCredential || name === 'SecurityError') return form.dataset.wordsUnsupported
  if (name === 'InvalidStateError') return form.dataset.wordsKnown ?? form.dataset.wordsCancelled
  return form.dataset.wordsCancelled
}
