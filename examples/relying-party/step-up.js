// A step-up in a window of its own, for a page that must not lose what was written into it. The request, its checks and its answer are those of the
// standard redirect; where a browser opens no window, the link simply is followed.

if (document.querySelector('[data-answered]')) {
  // To a page of this very origin and to nobody else; there is nothing in it but that it is done.
  opener?.postMessage('vigil:answered', location.origin)
  close()
}

for (const link of document.querySelectorAll('a[data-in-place]')) {
  link.addEventListener('click', (event) => {
    const there = new URL(link.href)
    there.searchParams.set('popup', '1')
    const opened = open(there, 'step-up', 'popup,width=480,height=760')
    if (!opened) return
    event.preventDefault()
    opened.focus()
  })
}

addEventListener('message', async ({ origin, data }) => {
  if (origin !== location.origin || data !== 'vigil:answered') return
  // What the application holds now is asked from the application; the message itself proves nothing.
  const page = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html')
  const claims = page.getElementById('claims')
  if (claims) document.getElementById('claims').replaceWith(claims)
})
