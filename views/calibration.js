// Walks a person through the sentences and the pointer exercise, and shows how much is learnt. What was typed stays in the text field:
// it is compared with the sentence here and sent nowhere. The agent beside this script sends the rhythm.

const { status: statusUrl, sentences: sentencesUrl, ...texts } = document.currentScript.dataset
const by = (id) => document.getElementById(id)
const [sentence, typed, step, ring, ringNumber, ringWords] = ['sentence', 'typed', 'step', 'ring', 'ring-number', 'ring-words'].map(by)
const [target, play, left, startOver] = ['target', 'play', 'left', 'start-over'].map(by)
const pollMs = 1500

let sentences = [sentence.textContent]
let position = 0
let csrfToken = ''
let finished = false

function show(index) {
  position = index
  sentence.textContent = sentences[index % sentences.length]
  step.textContent = texts.sentence.replace('{number}', index + 1)
  typed.value = ''
}

// Most of the sentence is enough: somebody who slipped must not be held back by a comma.
function typedEnough() {
  return typed.value.trim().length >= sentence.textContent.length * 0.8
}

function goOn() {
  show(position + 1)
  typed.focus()
}

typed.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing) return
  event.preventDefault()
  if (typedEnough()) goOn()
})
typed.addEventListener('input', () => {
  if (typed.value === sentence.textContent) goOn()
})
by('next').addEventListener('click', goOn)

function moveTarget() {
  const room = [play.clientWidth - target.offsetWidth, play.clientHeight - target.offsetHeight]
  target.style.left = `${Math.round(Math.random() * room[0])}px`
  target.style.top = `${Math.round(Math.random() * room[1])}px`
}
target.addEventListener('click', moveTarget)

function draw({ state, progress, keystrokes, keystrokes_needed: needed }) {
  const percent = state === 'ready' ? 100 : Math.round(progress * 100)
  ring.setAttribute('stroke-dasharray', `${percent} 100`)
  ringNumber.textContent = `${percent}%`
  ringWords.textContent = texts.learnt.replace('{percent}', percent)
  const toGo = Math.ceil((needed - keystrokes) / averageLength())
  left.textContent = state === 'collecting' && toGo > 0 ? texts.left.replace('{sentences}', toGo) : ''
  startOver.hidden = state !== 'collecting' || keystrokes === 0
}

function averageLength() {
  return sentences.join('').length / sentences.length
}

// The lesson stays with the person: whoever comes back, here or after the browser was closed, goes on where they stopped.
by('pause').addEventListener('click', () => {
  finished = true
  window.vigil?.close()
  by('work').hidden = true
  by('watching').hidden = true
  by('paused').hidden = false
  by('resume').focus()
})
by('resume').addEventListener('click', () => location.reload())

startOver.addEventListener('click', async () => {
  const response = await fetch(sentencesUrl, { method: 'DELETE', headers: { 'x-csrf-token': csrfToken } })
  if (!response.ok) return location.reload()
  draw(await response.json())
  show(0)
  typed.focus()
})

function finish() {
  finished = true
  by('work').hidden = true
  by('done').hidden = false
  by('lead').hidden = true
  by('watching').hidden = true
  window.vigil?.close()
  by('on').textContent = texts.goOn
  by('on').className = 'primary'
  by('title').textContent = texts.thanks
  by('title').focus()
}

// A person who was known before and teaches again starts from a finished profile; only what comes after it ends the exercise.
let before

function isNew({ state, profile_version: version = 0 }) {
  before ??= { state, version }
  return state === 'ready' && (before.state !== 'ready' || version > before.version)
}

async function poll() {
  try {
    const response = await fetch(statusUrl, { headers: { accept: 'application/json' } })
    if (response.status === 401) return location.reload()
    if (response.ok) {
      const status = await response.json()
      draw(status)
      if (isNew(status)) finish()
    }
  } catch {
    // The network may be gone for a moment; the next round asks again.
  }
  if (!finished) setTimeout(poll, pollMs)
}

async function loadSentences() {
  const response = await fetch(sentencesUrl, { headers: { accept: 'application/json' } })
  if (!response.ok) return
  const lesson = await response.json()
  csrfToken = lesson.csrf_token
  sentences = lesson.sentences
  // Whoever types already keeps the sentence that they have begun.
  if (typed.value === '' && position === 0) show(lesson.next_sentence)
}

moveTarget()
typed.focus()
loadSentences().catch(() => {
  // The first sentence stands on the page already and serves again.
})
poll()
