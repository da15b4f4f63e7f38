import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { EventType, KeyClass } from '../../src/biometrics/events.ts'
import type { Counters, InputEvent } from '../../src/biometrics/events.ts'
import { featureAt } from '../../src/biometrics/features/features.ts'
import { createWindowBuilder, streamOf, type Recording, type Window } from '../../src/biometrics/index.ts'
import { agentScript } from '../../src/browser/bundle.ts'
import { listen, tunnel, until } from '../channel/listening.ts'
import type { Listening, ListenOptions, Tunnel } from '../channel/listening.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'

test('the agent is one script of less than 10 kB on the wire', async () => {
  const script = await agentScript()
  expect(gzipSync(script).length).toBeLessThan(10_000)
  expect(script).not.toMatch(/\bimport\s*[({*"']|\bexport\s/)
  // Nothing in it needs more than `script-src` for its own file.
  expect(script).not.toMatch(/\beval\(|new Function|\.innerHTML/)
})

const withTicket = 'data-vigil-ticket="/ticket" data-vigil-challenge="/login?next=1"'

function withPageToken(here: Listening): string {
  return `data-vigil-page-token="${here.pageToken('session-1', 'calibration')}"`
}

inBrowser(() => {
  let browser: Browser
  const open: { context: BrowserContext; here: Listening }[] = []
  const tunnels: Tunnel[] = []
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  afterEach(async () => {
    for (const { context, here } of open.splice(0)) {
      await context.close()
      await here.close()
    }
    for (const network of tunnels.splice(0)) network.close()
  })

  interface Visit {
    readonly here: Listening
    readonly page: Page
    /** Frames as bytes, in the order in which they left the browser. */
    readonly bytes: Buffer[]
    /** What the browser complained about, e.g. a breach of the content security policy. */
    readonly complaints: string[]
    readonly network?: Tunnel
  }

  /** A page with the agent on it, once the channel is open. */
  async function visit(
    attributes: string | ((here: Listening) => string),
    options: ListenOptions = {},
    device: BrowserContextOptions = {},
    throughTunnel = false
  ): Promise<Visit> {
    // The pages are served by the server that they talk about.
    const site: { here?: Listening; network?: Tunnel } = {}
    const here = await listen({
      ...options,
      clientOrigins: ownPages,
      pages: (request, response) => void serve(site.here!, attributes, request, response, site.network?.url)
    })
    site.here = here
    if (throughTunnel) {
      const network = await tunnel(Number(new URL(here.url).port))
      site.network = network
      tunnels.push(network)
    }
    const context = await browser.newContext(device)
    await context.addCookies([{ name: 'session', value: 'session-1', url: here.origin }])
    open.push({ context, here })
    const page = await context.newPage()
    const bytes: Buffer[] = []
    const complaints: string[] = []
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => bytes.push(Buffer.from(payload))))
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${here.origin}/page`)
    await until(() => here.channel.connections > 0, 'the channel is open')
    return { here, page, bytes, complaints, ...(site.network && { network: site.network }) }
  }

  test('what was typed arrives as classes and times, in order, to 0.1 ms', async () => {
    const { here, page, complaints } = await visit(withTicket)
    await rememberTruth(page)
    await page.focus('#text')
    // H, e, two keys that overlap, a space, an erased letter, Enter.
    await page.keyboard.down('ShiftLeft')
    await page.keyboard.press('KeyH', { delay: 40 })
    await page.keyboard.up('ShiftLeft')
    await page.keyboard.press('KeyE', { delay: 70 })
    await page.keyboard.down('KeyL')
    await page.keyboard.down('KeyA')
    await page.keyboard.up('KeyL')
    await page.keyboard.up('KeyA')
    await page.keyboard.press('Space', { delay: 30 })
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Digit1')

    const truth = await truthOf(page)
    expect(truth).toHaveLength(18)
    await until(() => keysOf(here).length === truth.length, 'all keys arrive')
    const keys = keysOf(here)
    expect(keys.map(({ type }) => (type === EventType.keyDown ? 'keydown' : 'keyup'))).toEqual(
      truth.map(({ type }) => type)
    )
    const { left, right, space, shift, backspace, enter, other } = KeyClass
    const order = [shift, right, right, shift, left, left, right, left, right, left]
    const rest = [space, space, backspace, backspace, enter, enter, other, other]
    expect(keys.map(({ cls }) => cls)).toEqual([...order, ...rest])
    expect(keys.slice(0, 10).map(({ slot }) => slot)).toEqual([0, 1, 1, 0, 0, 0, 0, 1, 0, 1])
    for (const [i, { t }] of keys.entries()) expect(Math.abs(t - truth[i]!.t)).toBeLessThanOrEqual(0.051)
    expect(totals(here)).toMatchObject({ shiftLeft: 1, shiftRight: 0, untrusted: 0, composed: 0 })
    expect(complaints).toEqual([])
  })

  test.each([
    ['the provider’s own site', withPageToken, '127.0.0.1'],
    ['another site', withTicket, 'localhost']
  ])(
    'on %s typing and pointing give the features of what was recorded',
    { timeout: 90_000 },
    async (_, attributes, host) => {
      const { here, page, complaints } = await visit(attributes)
      if (host === 'localhost') {
        await page.goto(`${elsewhere(here)}/page`)
        await until(() => here.seen.length === 2, 'the page on the other site has a channel')
      }
      // Below the pad, over which nothing is sent.
      await page.mouse.move(40, 400)
      await record(page)
      await page.focus('#text')
      for (let n = 0; n < 60; n++) {
        await page.keyboard.press(keysTyped[n % keysTyped.length]!, { delay: 20 + ((7 * n) % 50) })
        if (n % 12 === 11) await page.mouse.move(40 + 9 * n, 400 + n, { steps: 12 })
      }
      await page.mouse.down()
      await page.mouse.up()
      const recorded = streamOf(recordingOf(await recordedOn(page))).events
      const arrived = (): InputEvent[] =>
        here.seen
          .at(-1)!
          .frames.flatMap(({ events }) => events)
          .filter(({ t }) => t >= recorded[0]!.t)
      await until(() => arrived().length >= recorded.length, 'everything arrives')
      expect(arrived()).toEqual(recorded)
      const [sent, kept] = [windowsOf(arrived()), windowsOf(recorded)]
      expect(kept.length).toBeGreaterThanOrEqual(3)
      expect(kept.some(({ features }) => Number.isFinite(features[featureAt.speed]))).toBe(true)
      expect(sent.map(({ features, fresh }) => [features, fresh])).toEqual(
        kept.map(({ features, fresh }) => [features, fresh])
      )
      expect(complaints).toEqual([])
    }
  )

  test('the pointer arrives where it was, with its presses and its wheel', async () => {
    const { here, page } = await visit(withTicket)
    await page.mouse.move(50, 60)
    await page.mouse.move(350, 260, { steps: 10 })
    await page.mouse.down()
    await page.mouse.up()
    await page.mouse.down({ button: 'right' })
    await page.mouse.up({ button: 'right' })
    await page.mouse.wheel(0, 240)
    await until(() => eventsOf(here).some(({ type }) => type === EventType.wheel), 'the wheel arrives')
    const events = eventsOf(here)
    const moves = events.filter(({ type }) => type === EventType.pointerMove)
    expect(moves.length).toBeGreaterThanOrEqual(5)
    expect(moves[0]).toMatchObject({ x: 50, y: 60 })
    expect(moves.at(-1)).toMatchObject({ x: 350, y: 260 })
    const presses = events.filter(({ type }) => type === EventType.pointerDown || type === EventType.pointerUp)
    expect(presses.map(({ type, cls, x, y }) => [type, cls, x, y])).toEqual([
      [EventType.pointerDown, 0, 350, 260],
      [EventType.pointerUp, 0, 350, 260],
      [EventType.pointerDown, 2, 350, 260],
      [EventType.pointerUp, 2, 350, 260]
    ])
    expect(events.find(({ type }) => type === EventType.wheel)).toMatchObject({ x: 0, y: 240 })
  })

  test('a password leaves neither its keys nor its classes, also once it is shown', async () => {
    const { here, page, bytes } = await visit(withTicket)
    await page.focus('#password')
    await page.keyboard.type('Qz7 canary!')
    await page.evaluate(() => document.querySelector('#password')!.setAttribute('type', 'text'))
    await page.keyboard.type('Qz7 canary!')
    await page.focus('#code')
    await page.keyboard.type('918273')
    await until(() => keysOf(here).length >= 56, 'all keys arrive')
    const keys = keysOf(here)
    expect(new Set(keys.map(({ cls }) => cls))).toEqual(new Set([KeyClass.hidden]))
    // Neither which Shift, nor that there was one.
    expect(totals(here)).toMatchObject({ shiftLeft: 0, shiftRight: 0 })
    const sent = Buffer.concat(bytes).toString('latin1')
    for (const trace of ['canary', 'Qz7', '918273', 'KeyC', 'Digit']) expect(sent).not.toContain(trace)
  })

  test('text that is not secret stays in the page too', async () => {
    const { here, page, bytes } = await visit(withTicket)
    await page.focus('#text')
    await page.keyboard.type('canary in a coal mine')
    await until(() => keysOf(here).length >= 42, 'all keys arrive')
    const sent = Buffer.concat(bytes).toString('latin1')
    for (const trace of ['canary', 'coal', 'KeyC', 'yranac']) expect(sent).not.toContain(trace)
    // Two keys of one class cannot be told apart: a swap of them gives the same classes.
    const classes = keysOf(here).filter(({ type }) => type === EventType.keyDown)
    expect(classes[0]!.cls).toBe(classes[1]!.cls)
  })

  test('a password that is shown before its first key leaves no classes', async () => {
    const { here, page } = await visit(withTicket)
    await page.focus('#password')
    await page.evaluate(() => document.querySelector('#password')!.setAttribute('type', 'text'))
    await page.keyboard.type('Qz7 canary!')
    await until(() => keysOf(here).length >= 22, 'all keys arrive')
    expect(new Set(keysOf(here).map(({ cls }) => cls))).toEqual(new Set([KeyClass.hidden]))
  })

  test.each(['#pad', '#digit'])('a pad for a code does not tell where it was touched (%s)', async (pad) => {
    const { here, page } = await visit(withTicket)
    await page.mouse.move(5, 5)
    await page.click(pad)
    await page.mouse.move(6, 6)
    await until(() => eventsOf(here).some(({ x, y }) => x === 6 && y === 6), 'the last move arrives')
    expect(eventsOf(here).filter(({ type }) => type !== EventType.pointerMove)).toEqual([])
  })

  test('pastes, input methods and scripts are counted', async () => {
    const { here, page } = await visit(withTicket)
    await page.focus('#text')
    await page.evaluate(() => {
      const text = document.querySelector('#text')!
      text.dispatchEvent(new ClipboardEvent('paste', { bubbles: true }))
      text.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyA', key: 'a', bubbles: true }))
      text.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyK', isComposing: true, bubbles: true }))
    })
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Numpad5')
    await page.keyboard.press('CapsLock')
    await until(() => totals(here).capsLock === 1, 'the counters arrive')
    expect(totals(here)).toEqual({
      shiftLeft: 0,
      shiftRight: 0,
      capsLock: 1,
      numpad: 1,
      navigation: 1,
      pasted: 1,
      composed: 1,
      untrusted: 2
    })
    expect(keysOf(here).filter(({ cls }) => cls === KeyClass.right)).toEqual([])
  })

  test('an idle page beats once a second, with frames of one length and a plausible clock', async () => {
    const { here, bytes } = await visit(withPageToken)
    await until(() => here.seen[0]!.frames.length >= 4, 'four beats')
    expect(here.seen[0]!.session).toMatchObject({ uid: 'session-1', purpose: 'calibration' })
    expect(bytes.map(({ length }) => length).every((length) => length === 64)).toBe(true)
    const sent = here.seen[0]!.frames.map(({ sentAt }) => sentAt)
    const gaps = sent.slice(1).map((each, i) => each - sent[i]!)
    expect(median(gaps.map((gap) => Math.abs(gap - 1_000)))).toBeLessThan(250)
    const { grainMs, hidden, device } = here.seen[0]!.frames.at(-1)!
    expect(grainMs).toBeCloseTo(0.1, 2)
    expect(hidden).toBe(false)
    expect(device).toBe('keyboard')
  })

  test('a phone says that it is a touch screen', async () => {
    const { here } = await visit(withPageToken, {}, { hasTouch: true, isMobile: true })
    await until(() => here.seen[0]!.frames.length >= 1, 'a beat')
    expect(here.seen[0]!.frames[0]!.device).toBe('touch')
  })

  test('the page comes back by itself after the server was gone, and brings what was typed meanwhile', async () => {
    const { here, page } = await visit(withPageToken)
    await until(() => here.seen[0]!.frames.length >= 1, 'a beat')
    const port = Number(new URL(here.origin).port)
    await here.close()
    await page.waitForSelector('[data-vigil-state=offline]')
    await page.focus('#text')
    await page.keyboard.type('ab')
    const again = await listen({ port, clientOrigins: ownPages })
    open.push({ context: page.context(), here: again })
    open.splice(
      open.findIndex((each) => each.here === here),
      1
    )
    await until(() => keysOf(again).length >= 4, 'the keys arrive')
    expect(again.seen[0]!.frames[0]!.sequence).toBe(0)
  })

  test('over a network that is cut again and again every key arrives, once and in order', async () => {
    const { here, page, network } = await visit(withTicket, {}, {}, true)
    await rememberTruth(page)
    await page.focus('#text')
    for (let cut = 0; cut < 3; cut++) {
      for (let i = 0; i < 6; i++) {
        await page.keyboard.press('KeyA', { delay: 20 })
        await page.waitForTimeout(150)
      }
      network!.cut()
      await page.keyboard.type('bc')
      await until(() => here.seen[0]!.interruptions > cut, 'the loss is noticed')
      await until(() => here.channel.connections > 0, 'the page is back')
    }
    const truth = await truthOf(page)
    await until(() => keysOf(here).length >= truth.length, 'all keys arrive')
    await page.waitForTimeout(1_500)
    expect(here.seen).toHaveLength(1)
    expect(keysOf(here)).toHaveLength(truth.length)
    for (const [i, { t }] of keysOf(here).entries()) expect(Math.abs(t - truth[i]!.t)).toBeLessThanOrEqual(0.051)
    const { frames } = here.seen[0]!
    expect(frames.map(({ sequence }) => sequence)).toEqual(frames.map((_, i) => i))
    // The page waits longer before each of its attempts.
  }, 90_000)

  test('a switch on the page turns the watch off, and a script that presses it does not', async () => {
    const { here, page } = await visit(withTicket)
    await page.evaluate(() => document.querySelector<HTMLElement>('[data-vigil-stop]')!.click())
    await until(() => here.seen[0]!.frames.length >= 1, 'a beat')
    expect(here.channel.connections).toBe(1)
    await page.click('[data-vigil-stop]')
    await page.waitForSelector('[data-vigil-state=stopped]')
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(here.seen[0]!.goodbye).toBe('stopped')
  })

  test('close() says no more than that the page was left', async () => {
    const { here, page } = await visit(withTicket)
    await until(() => here.seen[0]!.frames.length >= 1, 'a beat')
    await page.evaluate(() => window.vigil!.close())
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(here.seen[0]!.goodbye).toBe('left')
  })

  test('a watch that the person has switched off elsewhere is not tried again', async () => {
    const { here, page } = await visit(withTicket)
    await here.channel.closeSession('session-1', 'watch_stopped')
    await page.waitForSelector('[data-vigil-state=stopped]')
    expect(here.channel.connections).toBe(0)
  })

  test('a tab in the background says so, and goes on beating', async () => {
    const { here, page } = await visit(withTicket)
    await until(() => here.seen[0]!.frames.length >= 1, 'a beat')
    expect(here.seen[0]!.frames.at(-1)!.hidden).toBe(false)
    // A browser without a screen does not hide its tabs by itself.
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { get: () => true })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await until(() => here.seen[0]!.frames.at(-1)!.hidden, 'it says that it is hidden')
  })

  test('a page that sleeps and wakes goes on with the same stream, and is believed', async () => {
    const { here, page } = await visit(withTicket)
    await page.focus('#text')
    await page.keyboard.press('KeyA')
    await until(() => keysOf(here).length === 2, 'the first key arrives')
    const life = await page.context().newCDPSession(page)
    await life.send('Page.setWebLifecycleState', { state: 'frozen' })
    await new Promise((resolve) => void setTimeout(resolve, 4_000))
    await life.send('Page.setWebLifecycleState', { state: 'active' })
    await page.keyboard.press('KeyA')
    await until(() => keysOf(here).length === 4, 'the second key arrives')
    expect(here.seen).toHaveLength(1)
    expect(here.log.join()).not.toContain('refused')
  })

  test('an input method that tells nothing but 229 is counted and makes no keys', async () => {
    const { here, page } = await visit(withTicket)
    await page.focus('#text')
    const keyboard = await page.context().newCDPSession(page)
    for (let i = 0; i < 3; i++) {
      await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', windowsVirtualKeyCode: 229 })
      await keyboard.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 })
      await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Process', windowsVirtualKeyCode: 229 })
    }
    await keyboard.send('Input.insertText', { text: '日本' })
    await until(() => totals(here).composed >= 3, 'the counter arrives')
    expect(keysOf(here)).toEqual([])
  })

  test('what is pasted is counted and never read', async () => {
    const { here, page, bytes } = await visit(withTicket)
    await page.fill('#text', 'canary in the clipboard')
    await page.focus('#text')
    await page.keyboard.press('Control+A')
    await page.keyboard.press('Control+C')
    await page.keyboard.press('Control+V')
    await until(() => totals(here).pasted >= 1, 'the counter arrives')
    const sent = Buffer.concat(bytes).toString('latin1')
    expect(sent).not.toContain('canary')
    expect(Buffer.concat(bytes).toString('utf16le')).not.toContain('canary')
  })

  test('a finger is a pointer on a touch screen', async () => {
    const { here, page } = await visit(withTicket, {}, { hasTouch: true, isMobile: true })
    await page.touchscreen.tap(40, 50)
    await until(() => eventsOf(here).some(({ type }) => type === EventType.pointerUp), 'the tap arrives')
    const presses = eventsOf(here).filter(({ type }) => type === EventType.pointerDown)
    expect(presses.map(({ cls, x, y }) => [cls, x, y])).toEqual([[0, 40, 50]])
    expect(here.seen[0]!.frames.find(({ events }) => events.length > 0)!.device).toBe('touch')
  })

  test('somebody who chooses to stay on a page that asks before it is left is watched on', async () => {
    const { here, page } = await visit(withTicket)
    await page.evaluate(() => addEventListener('beforeunload', (event) => event.preventDefault()))
    // A browser asks only where somebody did something.
    await page.click('#text')
    page.on('dialog', (dialog) => void dialog.dismiss())
    here.seen[0]!.tell({ type: 'challenge_required', request: { prompt: 'login' }, by: 7 })
    await page.waitForEvent('dialog')
    const before = here.seen[0]!.frames.length
    await until(() => here.seen[0]!.frames.length > before + 1, 'it beats on')
    expect(new URL(page.url()).pathname).toBe('/page')
    expect(here.channel.connections).toBe(1)
  })

  test('a session that ended is not tried again', async () => {
    const { here, page } = await visit(withTicket)
    await here.channel.closeSession('session-1', 'session_ended')
    await page.waitForSelector('[data-vigil-state=stopped]')
    await page.keyboard.press('KeyA')
    await new Promise((resolve) => void setTimeout(resolve, 2_500))
    expect(here.channel.connections).toBe(0)
    expect(here.seen).toHaveLength(1)
    expect(await page.evaluate(() => window.vigil?.state)).toBe('stopped')
  })

  test('the person sees the state, and the page hears of it', async () => {
    const { here, page } = await visit(withTicket)
    await page.evaluate(() => {
      const heard: unknown[] = []
      for (const name of ['vigil:state', 'vigil:alert']) {
        document.addEventListener(name, (event) => heard.push((event as CustomEvent).detail))
      }
      Object.assign(window, { heard })
    })
    here.seen[0]!.tell({ type: 'analysis_result', state: 'watched' })
    await page.waitForSelector('[data-vigil-state=watched]')
    expect(await page.textContent('#state')).toBe('Protected')
    expect(await page.textContent('#own-words')).toBe('All is well')
    here.seen[0]!.tell({ type: 'security_alert', reason: 'doubt' })
    here.seen[0]!.tell({ type: 'analysis_result', state: 'doubt' })
    await page.waitForSelector('[data-vigil-state=doubt]')
    const heard = await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)
    expect(heard).toEqual([{ state: 'watched' }, { reason: 'doubt' }, { state: 'doubt' }])
  })

  test('a challenge takes the page to where it is answered, and what was typed last still arrives', async () => {
    const { here, page } = await visit(withTicket)
    await until(() => here.seen[0]!.frames.length >= 1, 'a beat')
    await page.focus('#text')
    await page.keyboard.press('KeyA')
    here.seen[0]!.tell({
      type: 'challenge_required',
      request: { acr_values: 'urn:vigil:loa:2', max_age: 0 },
      by: 2_000_000_000
    })
    await page.waitForURL('**/login?**')
    expect(new URL(page.url()).search).toBe('?next=1&acr_values=urn%3Avigil%3Aloa%3A2&max_age=0')
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(here.seen[0]!.frames.flatMap(({ events }) => events).length).toBeGreaterThanOrEqual(2)
  })

  test('a page that handles the challenge itself stays', async () => {
    const { here, page } = await visit(withTicket)
    await page.evaluate(() => {
      document.addEventListener('vigil:challenge', (event) => {
        event.preventDefault()
        document.title = JSON.stringify((event as CustomEvent).detail)
      })
    })
    here.seen[0]!.tell({ type: 'challenge_required', request: { prompt: 'login' }, by: 7 })
    await page.waitForFunction(() => document.title.includes('prompt'))
    expect(JSON.parse(await page.title())).toEqual({ request: { prompt: 'login' }, by: 7 })
    expect(new URL(page.url()).pathname).toBe('/page')
  })

  test('stop() says the last words, closes the channel and hears nothing more', async () => {
    const { here, page } = await visit(withTicket)
    await until(() => here.seen[0]!.frames.length >= 1, 'a beat')
    await page.focus('#text')
    await page.keyboard.press('KeyA')
    await page.evaluate(() => window.vigil!.stop())
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(keysOf(here)).toHaveLength(2)
    expect(await page.getAttribute('#state', 'data-vigil-state')).toBe('stopped')
  })

  test('a relying party that refuses the ticket is asked once', async () => {
    const asked: string[] = []
    const here = await listen({
      pages: (request, response) => {
        asked.push(request.url ?? '')
        void serve(here, 'data-vigil-ticket="/forbidden"', request, response)
      }
    })
    const context = await browser.newContext()
    open.push({ context, here })
    const page = await context.newPage()
    await page.goto(`${here.origin}/page`)
    await page.waitForSelector('[data-vigil-state=stopped]')
    await new Promise((resolve) => void setTimeout(resolve, 2_000))
    expect(asked.filter((url) => url === '/forbidden')).toHaveLength(1)
  })

  test('a ticket that is none is asked for again', async () => {
    const { page, complaints } = await visit(withTicket)
    let asked = 0
    await page.route('**/ticket', (route) => {
      asked++
      return route.fulfill({ json: { ticket: 'not one token', url: 'ws://127.0.0.1:1/continuous' } })
    })
    await page.goto(page.url())
    await until(() => asked > 1, 'it is asked for again')
    expect(await page.textContent('#state')).toBe('Reconnecting')
    expect(complaints).toEqual([])
  })

  test('a page that is put aside before it has heard how far the server got sends nothing twice', async () => {
    const { here, page, network } = await visit(withTicket, {}, {}, true)
    await page.focus('#text')
    await page.keyboard.type('abc')
    await until(() => keysOf(here).length === 6, 'the keys arrive')
    // What the server says takes its time from here on.
    await page.evaluate(() => {
      const { addEventListener: add } = WebSocket.prototype
      WebSocket.prototype.addEventListener = function (this: WebSocket, type: string, hear: (event: Event) => void) {
        add.call(this, type, type === 'message' ? (event: Event) => void setTimeout(() => hear(event), 600) : hear)
      } as typeof add
    })
    network!.cut()
    await until(() => here.seen[0]!.interruptions > 0, 'the connection is lost')
    await until(() => here.channel.connections > 0, 'and is back')
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
    await until(() => here.channel.connections === 0, 'the page is put aside')
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    await until(() => (here.seen[1]?.frames.length ?? 0) > 1, 'the page is back')
    expect(keysOf(here)).toHaveLength(6)
  })

  test('the moment of sending says nothing about the moment of a key', async () => {
    const { here, page } = await visit(withPageToken)
    await page.focus('#text')
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('KeyA')
      await page.waitForTimeout(137 + 61 * (i % 5))
    }
    await until(() => keysOf(here).length >= 24, 'all keys arrive')
    const { frames } = here.seen[0]!
    // The beat keeps its own phase, whatever was pressed in between.
    const phase = frames.map(({ sentAt }) => (sentAt - frames[0]!.sentAt) % 1_000)
    expect(median(phase.map((each) => Math.min(each, 1_000 - each)))).toBeLessThan(100)
  })
})

function pageWith(attributes: string): string {
  return `<!doctype html><html lang="en"><head><title>A page</title>
<script src="/vigil/agent.js" ${attributes}></script></head><body>
<p id="state" role="status" data-vigil-state></p><p id="own-words" data-vigil-state data-vigil-words-watched="All is well"></p>
<textarea id="text"></textarea><input id="password" type="password">
<button type="button" data-vigil-stop>Stop</button><input id="code" autocomplete="one-time-code"><div id="pad" data-vigil-secret><button type="button">7</button></div>
<div data-vigil-secret><input id="digit" type="button" value="7"></div>
</body></html>`
}

async function serve(
  here: Listening,
  attributes: string | ((here: Listening) => string),
  request: IncomingMessage,
  response: ServerResponse,
  channelUrl = here.url
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', here.origin)
  const csp = `default-src 'none'; script-src 'self'; connect-src 'self' ws://127.0.0.1:*; base-uri 'none'; require-trusted-types-for 'script'`
  response.setHeader('Content-Security-Policy', csp)
  if (pathname === '/vigil/agent.js') {
    response.setHeader('Content-Type', 'text/javascript').end(await agentScript())
  } else if (pathname === '/ticket' && request.method === 'POST') {
    const subject = { uid: 'session-1', accountId: 'ana', clientId: 'app' }
    const { ticket } = here.tickets.issue(subject)
    response
      .setHeader('Content-Type', 'application/json')
      .end(JSON.stringify({ ticket, expires_in: 30, url: channelUrl }))
  } else if (pathname === '/page' || pathname === '/login') {
    const text = typeof attributes === 'string' ? attributes : attributes(here)
    response.setHeader('Content-Type', 'text/html').end(pathname === '/page' ? pageWith(text) : 'Sign in')
  } else if (pathname === '/forbidden') {
    response.writeHead(401).end()
  } else {
    response.writeHead(204).end()
  }
}

/** The same server under a name that is another site to a browser. */
function elsewhere({ origin }: Pick<Listening, 'origin'>): string {
  return origin.replace('127.0.0.1', 'localhost')
}

/** Where the relying party of these tests has its pages. */
function ownPages(origin: string): string[] {
  return [origin, elsewhere({ origin })]
}

const keysTyped = [
  'KeyT',
  'KeyH',
  'KeyE',
  'Space',
  'KeyQ',
  'KeyU',
  'KeyI',
  'Backspace',
  'KeyC',
  'KeyK',
  'Enter',
  'Digit4'
]

/** Records as the contract for recordings has it, beside the agent, on the grid of the wire: tenths of a millisecond and whole pixels. */
async function record(page: Page): Promise<void> {
  await page.evaluate(() => {
    const recorded: RecordedEvent[] = []
    Object.assign(window, { recorded })
    const grid = (ms: number): number => Math.round(10 * ms) / 10
    for (const type of ['keydown', 'keyup'] as const) {
      document.addEventListener(type, ({ timeStamp, code }) => recorded.push({ t: grid(timeStamp), type, code }), true)
    }
    const pointing = { pointermove: 'mousemove', pointerdown: 'mousedown', pointerup: 'mouseup' } as const
    for (const [type, name] of Object.entries(pointing) as [keyof typeof pointing, 'mousemove'][]) {
      document.addEventListener(
        type,
        (event) => {
          const all = type === 'pointermove' ? event.getCoalescedEvents?.() : undefined
          for (const { timeStamp, clientX, clientY, button } of all?.length ? all : [event]) {
            const at = { t: grid(timeStamp), type: name, x: Math.round(clientX), y: Math.round(clientY) }
            recorded.push({ ...at, ...(type !== 'pointermove' && { button }) })
          }
        },
        true
      )
    }
  })
}

function recordedOn(page: Page): Promise<RecordedEvent[]> {
  return page.evaluate(() => (window as unknown as { recorded: RecordedEvent[] }).recorded)
}

function recordingOf(events: readonly RecordedEvent[]): Recording {
  return { person: 'ana', session: 'one', kind: 'free', events: events.toSorted((a, b) => a.t - b.t) }
}

function windowsOf(events: readonly InputEvent[]): Window[] {
  const builder = createWindowBuilder()
  const windows = events.flatMap((event) => builder.push(event) ?? [])
  const rest = builder.flush()
  return rest ? [...windows, rest] : windows
}

type RecordedEvent = Recording['events'][number]

interface Truth {
  readonly type: string
  readonly t: number
}

/** Records key events beside the agent, by the browser's own times. */
async function rememberTruth(page: Page): Promise<void> {
  await page.evaluate(() => {
    const truth: Truth[] = []
    Object.assign(window, { truth })
    for (const type of ['keydown', 'keyup']) {
      document.addEventListener(type, (event) => truth.push({ type, t: event.timeStamp }), true)
    }
  })
}

async function truthOf(page: Page): Promise<Truth[]> {
  return page.evaluate(() => (window as unknown as { truth: Truth[] }).truth)
}

function eventsOf(here: Listening): InputEvent[] {
  return here.seen.flatMap(({ frames }) => frames.flatMap(({ events }) => events))
}

function keysOf(here: Listening): InputEvent[] {
  return eventsOf(here).filter(({ type }) => type === EventType.keyDown || type === EventType.keyUp)
}

function totals(here: Listening): Counters {
  const sum = {
    shiftLeft: 0,
    shiftRight: 0,
    capsLock: 0,
    numpad: 0,
    navigation: 0,
    pasted: 0,
    composed: 0,
    untrusted: 0
  }
  for (const { counters } of here.seen.flatMap(({ frames }) => frames)) {
    for (const name of Object.keys(sum) as (keyof Counters)[]) sum[name] += counters[name]
  }
  return sum
}

/** A busy machine delays a beat now and then; the typical one is meant. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
