// Lets a person look at the password that they type. Everything works without it.

const { showPassword } = document.currentScript.dataset

for (const field of document.querySelectorAll('input[type=password]')) {
  const label = document.createElement('label')
  label.className = 'check'
  const box = document.createElement('input')
  box.type = 'checkbox'
  box.addEventListener('change', () => {
    field.type = box.checked ? 'text' : 'password'
  })
  label.append(box, ` ${showPassword}`)
  field.after(label)
  // A browser remembers what stood in text fields; a password must be a password again when the form leaves.
  field.form?.addEventListener('submit', () => {
    field.type = 'password'
  })
}

// Times come in UTC; the browser knows what the clock on the wall says.
for (const time of document.querySelectorAll('time[data-local]')) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' })
  time.textContent = format.format(new Date(time.dateTime))
}
