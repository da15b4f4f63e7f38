// The host's own pages: plain on purpose.

export const signUpPage = (): string => page('Create an account', '/signup', credentials)

export const loginPage = (uid: string, words = ''): string =>
  page('Sign in to Northwind', `/sign-in/${uid}/login`, `${words && `<p role="alert">${words}</p>`}${credentials}`)

export const consentPage = (uid: string): string =>
  page('Allow this application?', `/sign-in/${uid}/consent`, '<p>It learns who you are.</p>')

const credentials = `<p><label>User name <input name="username" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>`

function page(title: string, action: string, inside: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>
<form method="post" action="${action}">${inside}<button>Go on</button></form></html>`
}
