// English: every text of the pages and mails. The type of this file is what each other language has to have. `**…**` is shown strong, by
// the places that say `rich`; everything else is plain text and escaped.

import type { ErrorCode } from '../../../errors.ts'

const errors = {
  form_expired: {
    title: 'Please send the form again',
    words: 'This form was open for too long, or it came from another page. Nothing was changed. Please try once more.'
  },
  form_invalid: { title: 'Something is missing', words: 'Please check the marked fields.' },
  body_too_large: {
    title: 'That was too much',
    words: 'What was sent is longer than this form can take. Nothing was changed.'
  },
  username_taken: {
    title: 'That name is taken',
    words: 'Somebody already uses this user name. Please choose another one.'
  },
  credentials_invalid: {
    title: 'That did not match',
    words: 'The user name or the password is not right. Please try again.'
  },
  code_invalid: {
    title: 'That code did not match',
    words: 'It may be mistyped, too old, or used already. Please try again with the next one.'
  },
  challenge_expired: {
    title: 'Please answer once more',
    words: 'The question was open for too long, or it was answered in another tab. Nothing was changed.'
  },
  phrase_unclear: {
    title: 'That was not enough to tell',
    words:
      'Type the sentence by hand, without pasting and without haste. Nothing is held against you. Here is another one.'
  },
  passkey_refused: {
    title: 'That passkey did not match',
    words: 'It may belong to another account, or it was removed here. Please try again, or choose another way.'
  },
  passkey_invalid: {
    title: 'That passkey did not work',
    words:
      'Your device sent something that we cannot use here, or the passkey is in your list already. Nothing was changed.'
  },
  mail_unavailable: {
    title: 'We cannot send mail now',
    words: 'Nothing was sent and nothing was changed. Please try again later, or choose another way.'
  },
  offer_expired: {
    title: 'Here is a new key',
    words: 'The one before was shown too long ago. Please remove it from the app and use this one.'
  },
  factor_missing: {
    title: 'We cannot ask you for a proof',
    words:
      'Your account has nothing left with which you could show that it is you. Please ask whoever runs this service for help.'
  },
  too_many_attempts: {
    title: 'Please wait a little',
    words: 'There were too many attempts. To protect the account we ask you to wait a few minutes and then try again.'
  },
  overloaded: {
    title: 'We are very busy',
    words: 'Too many people are signing in right now. Please try again in a moment.'
  },
  storage_unavailable: {
    title: 'We cannot reach our records',
    words: 'Nothing was changed. Please try again in a moment.'
  },
  conflict: { title: 'Somebody was faster', words: 'This was changed elsewhere at the same moment. Please try again.' },
  not_signed_in: { title: 'Please sign in', words: 'This page is for people who are signed in.' },
  fresh_login_required: {
    title: 'Please sign in once more',
    words:
      'For this step we need to be sure that it is you: a sign-in of the last ten minutes, with the strongest proof that you have.'
  },
  consent_required: {
    title: 'Your agreement comes first',
    words: 'We learn how you type only after you have agreed to it.'
  },
  invitation_invalid: {
    title: 'This link no longer works',
    words: 'It was used already, or it is older than a day. Ask whoever runs this service for a new one.'
  },
  interaction_lost: {
    title: 'This sign-in has ended',
    words:
      'It took too long, was finished in another tab, or was started in another browser. Nothing is broken: go back to the application and sign in again.'
  },
  not_found: { title: 'There is nothing here', words: 'The address may be mistyped, or the page has moved.' },
  internal: {
    title: 'Something went wrong on our side',
    words: 'It is not your fault, and nothing was changed. Please try again in a moment.'
  }
} satisfies Partial<Record<ErrorCode, { title: string; words: string }>>

export const en = {
  /** BCP 47; the `lang` of the pages. */
  tag: 'en',

  /** Chosen by the code of an error. */
  errors,
  /** `credentials_invalid` where only the password was asked. */
  wrongPassword: { title: 'That did not match', words: 'The password is not right. Please try again.' },
  /** Of a request that cannot go back to the application that sent it. */
  requestRefused: {
    title: 'This request cannot be answered',
    words:
      'The application sent you here with something that we cannot accept. Nothing was changed. Go back to it and try again; if it happens again, tell the people who run it.'
  },
  /** What is wrong with a field of a form. */
  problems: {
    username_length: 'Choose a user name of 2 to 64 characters.',
    username_invisible: 'The user name has characters that cannot be seen.',
    email_malformed: 'Write an e-mail address such as ana@example.com.',
    password_short: (fewest: number) => `Choose a password of at least ${fewest} characters.`,
    password_long: (most: number) => `Choose a password of at most ${most} characters.`,
    password_is_username: 'The password must not be your user name.'
  },

  /** On every page. */
  common: {
    /** As an application that somebody signs in to. */
    ownPages: 'your account',
    accountLinks: 'Account',
    signOut: 'Sign out',
    signIn: 'Sign in',
    cancel: 'Cancel',
    notNow: 'Not now',
    back: 'Back',
    backToAccount: 'Back to your account',
    code: 'Code',
    username: 'User name',
    password: 'Password',
    newPassword: 'New password',
    passwordHint: (fewest: number) => `At least ${fewest} characters. A few words make a good one.`,
    showPassword: 'Show password',
    signedInAs: 'Signed in as',
    unknown: 'unknown',
    and: (one: string, other: string) => `${one} and ${other}`,
    or: (one: string, other: string) => `${one} or ${other}`
  },

  login: {
    title: 'Sign in',
    lead: (client: string) => `to continue to **${client}**`,
    newHere: 'New here?',
    signUp: 'Create an account',
    orElse: 'or',
    forgotten: 'Forgot the password?',
    withPasskey: 'Sign in with a passkey'
  },

  signUp: {
    title: 'Create an account',
    lead: (client: string) => `to continue to **${client}**`,
    email: 'E-mail address',
    submit: 'Create account',
    haveOne: 'Have an account?'
  },

  invitation: {
    title: 'Set your password',
    lead: 'This link works once. Afterwards you sign in with the password that you choose now.',
    username: 'Your user name',
    submit: 'Set password and sign in'
  },

  newPassword: {
    title: 'A new password',
    lead: 'You stay signed in here. Everywhere else you are signed out, and how you type the old password is forgotten.',
    submit: 'Change the password',
    done: 'Your password is changed, and every other sign-in has ended.'
  },

  grant: {
    title: 'Allow access',
    heading: 'Allow access?',
    lead: (client: string) => `**${client}** would like to:`,
    who: (username: string, destination: string) =>
      `You are signed in as **${username}**. After you decide you go back to **${destination}**.`,
    policy: 'Privacy policy',
    terms: 'Terms',
    allow: 'Allow',
    refuse: 'Do not allow',
    scopes: {
      openid: 'Know that it is you',
      profile: 'See your name and profile',
      email: 'See your e-mail address',
      address: 'See your postal address',
      phone: 'See your telephone number',
      offline_access: 'Stay connected while you are away'
    } as Record<string, string>,
    otherScope: (scope: string) => `Use “${scope}”`,
    claims: (claims: string) => `See these details: ${claims}`
  },

  challenge: {
    title: 'Confirm it is you',
    confirm: 'Confirm',
    notYou: 'Not you? Sign out',
    why: 'Why am I asked?',
    whyRisk:
      'We compare the rhythm of typing and pointing with what we know of you. When it differs, we ask once more instead of guessing. It may simply be another keyboard or a tired day; nothing is held against you.',
    whyAge: 'Some steps need a sign-in from the last minutes, so that an unlocked screen is not enough to take them.',
    whyLevel: (client: string) =>
      `${client} asks for more certainty for what comes next than your sign-in gave so far.`,
    none: 'I have none of these',
    noMail: 'Nothing has come after a minute? Look into the spam folder too.',
    anotherCode: 'Get another code',
    waits: (client: string) => `**${client}** waits for you and goes on as soon as you have confirmed.`,
    /** Why the page asks. */
    reasons: {
      behaviour: 'The typing or pointing in your session did not look like yours. Please confirm that it is you.',
      liveness: 'We could not tell that a person is at work in your session. Please confirm that it is you.',
      login_rhythm:
        'Your password was right, but it was not typed the way you usually type it. Please confirm that it is you.',
      login_liveness:
        'Your password was right, but we could not tell that a person typed it. Please confirm that it is you.',
      login_device: 'You have not signed in on this device before. Please confirm that it is you.',
      unobserved: 'Your session could not be watched over for a while. Please confirm that it is you.',
      other: 'Something about your session looked unusual. Please confirm that it is you.',
      level: 'The application you are using asks for a fresh proof that it is you.',
      age: 'You signed in a while ago. The application asks you to confirm that you are still there.',
      one_more: 'Your password is right. The application asks for a second proof that it is you.'
    },
    /** How each factor is asked for; `instead` is the link that leads to it from another. */
    factors: {
      password: { label: 'Password', hint: '', instead: 'Use the password' },
      totp: {
        label: 'Code',
        hint: 'The six digits that your authenticator app shows now.',
        instead: 'Use the authenticator app'
      },
      passkey: {
        label: 'Passkey',
        hint: 'Your device asks for your finger, your face or its PIN.',
        instead: 'Use a passkey'
      },
      'email-code': {
        label: 'Code',
        hint: 'The six digits that we have just sent to the e-mail address of your account.',
        instead: 'Get a code by e-mail'
      },
      'recovery-code': {
        label: 'Recovery code',
        hint: 'One of the codes that you wrote down. It works once.',
        instead: 'Use a recovery code'
      }
    }
  },

  /** For whoever is asked for what they do not have. */
  wayOut: {
    title: 'You are not shut out',
    wanted: (what: string) => `To go on here, the rules of this service ask you for ${what}.`,
    lead: 'You have none now? Nothing is lost: your account and all that is in it stay as they are. This is how you go on:',
    recover: 'Start over with a new password',
    recoverHint:
      'We send a link to the e-mail address of your account. All sessions end, this one too, and you sign in anew.',
    administrator: 'Ask whoever runs this service',
    administratorHint:
      'They can give you a link with which you start over, or tell you how to get the proof that is missing.',
    back: (client: string) => `Back to ${client}`,
    anotherMethod: 'another proof than the one that you used last',
    methodNames: {
      passkey: 'a passkey',
      password: 'your password',
      totp: 'a code from your authenticator app',
      'recovery-code': 'a recovery code',
      'email-code': 'a code that we send by e-mail'
    } as Record<string, string>
  },

  /** A sentence to be typed, where there is a doubt. */
  phrase: {
    title: 'A sentence from you',
    headings: {
      ask: 'Type one sentence',
      nothing: 'Nothing is asked of you',
      used_up: 'Enough sentences for now',
      answered: 'Thank you, that was you',
      refused: 'Please confirm in another way'
    },
    lead: 'Something about your session looked unusual. Type this sentence the way you always type, so that we can see that it is you.',
    type: 'The sentence, typed by you',
    hint: 'A slip does not matter, and correcting it is fine.',
    submit: 'That is me',
    other: 'Prove it another way',
    later: 'Go on without',
    goOn: 'Go on',
    noScript: 'Without JavaScript we cannot hear how you type. Please choose another way.',
    why: 'We compare the rhythm of typing with what we know of you. Where it differs a little, one sentence is enough to clear it up, and nothing of your sign-in is lost meanwhile. The sentence was made up a moment ago and says nothing about you.',
    words: {
      nothing: 'There is no doubt about your session. You can close this page.',
      used_up:
        'There were a few sentences in this hour already, and they could not clear it up. A passkey, your app or your password can.',
      answered: 'The doubt is cleared up. You can close this page and go on where you were.',
      refused:
        'That did not look like you. It may be a tired day or another keyboard; a passkey, your app or your password clears it up.'
    },
    account: 'Something about this session looked unusual. One typed sentence can clear it up.',
    open: 'Type a sentence'
  },

  signOut: {
    title: 'Sign out',
    heading: 'Sign out?',
    asked: (client: string) => `**${client}** asks to sign you out.`,
    lead: 'You will be signed out here and in every application that you reached from here.',
    submit: 'Sign out',
    stay: 'Stay signed in'
  },

  signedOut: {
    title: 'Signed out',
    heading: 'You are signed out',
    ended: 'Your session has ended.',
    endedWith: (client: string) => `Your session with **${client}** has ended.`,
    shared: 'On a computer that others use, close the browser too.',
    again: 'Sign in again'
  },

  error: { forOperators: 'For whoever runs the application' },

  account: {
    title: 'Your account',
    administrator: 'administrator',
    signedIn: 'Signed in',
    /** `time` is put in as an element. */
    signedInWith: (how: string) => `with ${how}`,
    recognition: 'Recognition',
    level: 'Level of certainty',
    typing: 'Your typing',
    soFar: (percent: number) => `${percent} percent so far.`,
    agreedOn: 'You agreed on',
    mayWithdraw: 'You can withdraw at any time; your access stays the same.',
    teachAgain: 'Teach it again',
    teach: 'Teach us your rhythm',
    seeConsent: 'See or withdraw',
    askConsent: 'Have your sessions looked after',
    proof: 'How you show that it is you',
    appSince: 'An authenticator app, switched on',
    noCodesLeft: 'No recovery codes are left.',
    codesLeft: (left: number) => `${left} recovery ${left === 1 ? 'code is' : 'codes are'} left.`,
    manageApp: 'Your authenticator app',
    noApp: 'Not set up. It shows codes on your phone, also where there is no network.',
    recoveryCodes: 'Recovery codes',
    password: 'Change the password',
    passwordWords: 'For when somebody may know it.',
    email: 'E-mail address',
    emailProved: 'You have shown that it is yours,',
    emailNotProved: 'Not shown to be yours yet. It takes a code that we send there.',
    onlyPassword:
      'You have only your password. With a passkey or an app on your phone you can show that it is you when an application wants more, or when something looks unusual.',
    setUpApp: 'Set up an authenticator app',
    activity: 'What was decided about you',
    activityWords: 'Every decision with its reason, and your say in it.',
    behaviour: 'What we know of your hands',
    behaviourWords: 'Your habits in words and a picture.',
    data: 'Your data',
    dataWords: 'Take it with you, or have it erased.',
    more: 'You and your data',
    endOthers: 'Sign out everywhere else',
    endAll: 'Sign out everywhere',
    applications: (names: string) => `with ${names}`,
    sessions: 'Where you are signed in',
    onlyHere: 'Only here.',
    thisBrowser: 'This browser',
    otherBrowser: 'Another browser',
    since: 'since',
    signOutHere: 'Sign out here',
    end: 'End it'
  },

  /** Assurance, risk and watch of a session. */
  standing: {
    risk: {
      LOW: 'Nothing unusual',
      MEDIUM: 'Something looked unusual',
      HIGH: 'We are not sure that this is you'
    },
    watch: {
      watched: 'On: your typing and pointing are compared with what we know of you',
      unobserved: 'Interrupted: nothing has reached us from this session for a while',
      not_watched: 'Off: this session is not watched'
    },
    methods: {
      pwd: 'your password',
      otp: 'a one-time code',
      hwk: 'a security key',
      swk: 'a passkey',
      pop: 'a key of this device',
      user: 'a touch or look at your device',
      mfa: 'two different proofs'
    } as Record<string, string>,
    noMethod: 'in a way without a name',
    levels: {
      '0': 'None: it has to be shown anew that this is you',
      'urn:vigil:loa:1': 'One proof',
      'urn:vigil:loa:2': 'Two different proofs',
      'urn:vigil:loa:3': 'A proof that no false page can trick out of you'
    } as Record<string, string>
  },

  training: {
    states: {
      no_consent: 'You have not agreed to it. Nothing about your typing is kept.',
      none: 'You have agreed, but we have not seen you type yet.',
      collecting: 'We are getting to know your rhythm.',
      ready: 'We know your rhythm, and ask only when it is not yours.'
    },
    devices: { keyboard: 'at a keyboard', touch: 'on a touch screen' },
    knownOn: (devices: string) => `You are known ${devices}.`,
    knownOnNotOn: (devices: string, missing: string) => `You are known ${devices}, and not yet ${missing}.`,
    newDevice: (device: string) =>
      `A new device: you are not known ${device} yet, so here you are compared with how this session began.`,
    passwordLearning: 'We are getting to know how you type your password.',
    passwordKnown: (logins: number) =>
      `We know how you type your password, from ${logins} sign-ins. It is forgotten when you change the password.`
  },

  email: {
    title: 'Your e-mail address',
    lead: (email: string) =>
      `We write to **${email}** when something looks unusual, and when you have forgotten your password.`,
    proved: 'You have shown that it is yours',
    why: 'Show once that it is yours: we send a code there, and you enter it here.',
    impossible: 'This service sends no mail.',
    send: 'Send me a code',
    again: 'Send another one',
    codeHint: 'Six digits. They are good for ten minutes.',
    submit: 'It is mine'
  },

  recover: {
    title: 'A new password',
    lead: 'Tell us your user name, and we send a link to your e-mail address. Proofs such as an app or a passkey stay as they are.',
    submit: 'Send the link',
    toSignIn: 'Back to signing in',
    noMail: 'No mail, or no longer the same address? Ask whoever runs this service: they can give you a link too.',
    impossible: 'This service sends no mail. Ask whoever runs it for a link with which you can set a new password.',
    sentTitle: 'Look into your mail',
    sent: 'If there is an account of that name with an e-mail address, a link is on its way to it. It works once, for half an hour.'
  },

  passkeys: {
    plain: 'Passkeys',
    title: 'Your passkeys',
    lead: 'A passkey signs you in with your finger, your face or the PIN of your device. There is nothing to type, and nothing that a false page could trick out of you.',
    count: (passkeys: number) =>
      passkeys === 0
        ? 'None yet. A passkey is the strongest proof there is here, and the shortest: a finger, a look, or the PIN of your device.'
        : passkeys === 1
          ? 'You have one passkey.'
          : `You have ${passkeys} passkeys.`,
    add: 'Add a passkey',
    manage: 'Your passkeys',
    hardware: 'In hardware',
    synced: 'Synced between your devices',
    oneDevice: 'On one device',
    lastUsed: 'last used',
    remove: 'Remove',
    removeNamed: (name: string) => `Remove ${name}`,
    rename: 'Rename',
    renameNamed: (name: string) => `Rename ${name}`,
    newName: (name: string) => `New name for ${name}`,
    save: 'Save',
    name: 'Name',
    nameHint: 'So that you know it again, such as “my phone”.',
    submit: 'Add it',
    impossible: 'This address cannot have passkeys: they belong to a name, and it is a number.',
    waiting: 'Your device is asking you now.',
    cancelled:
      'That did not come to an end: it was cancelled, took too long, or this device has no passkey for here. Please try again, or choose another way.',
    known: 'This device has a passkey for your account already.',
    unsupported: 'This browser cannot use passkeys here. Please choose another way.',
    noScript: 'A passkey needs JavaScript. Without it, please choose another way.'
  },

  authenticator: {
    title: 'Set up an authenticator app',
    lead: 'An app on your phone shows a new code every half minute. We ask for one when an application wants more certainty, or when something does not look like you.',
    open: 'Open your authenticator app and add an account. Reading this on the phone itself?',
    openLink: 'Open it in the app',
    scan: 'Point the camera at this picture.',
    picture: 'A QR code with the key that stands below it in letters.',
    key: 'Or type this key into the app. Capitals or not makes no difference.',
    enter: 'The app now shows six digits. Enter them here.',
    submit: 'Switch it on'
  },

  secondFactor: {
    title: 'Your authenticator app',
    on: 'Switched on',
    since: 'Since',
    codesLeft: 'Recovery codes left',
    codeHint: 'From the app, or a recovery code.',
    remove: 'Remove the app',
    removeWords:
      'A new phone, or an app that you did not set up? Remove it here and set up your own. If you have neither the app nor a recovery code, ask whoever runs this service.'
  },

  recoveryCodes: {
    title: 'Your recovery codes',
    heading: 'Write these codes down',
    lead: 'Each of them works once, in place of the app or the passkey: for the day when the device is lost. **They are shown this one time.** Codes from before no longer work.',
    keep: 'Keep them on paper or in a password manager, not on the device whose loss they are for.',
    goOn: 'I have them, go on'
  },

  /** Of codes that were made before. */
  renewCodes: {
    lead: 'A recovery code stands in for your app or your passkey on the day when the device is lost. Each works once.',
    words: 'Lost the paper, or few left? Ten new codes take the place of the old ones, which then no longer work.',
    renew: 'Make new recovery codes'
  },

  consent: {
    title: 'May we look after your sessions?',
    lead: 'After you sign in, we can keep an eye on whether it is still you at the keyboard. If somebody else sits down at your screen, we ask for a proof.',
    titleGiven: 'How you are looked after',
    headingGiven: 'You agreed to be recognised',
    confirmed: 'Thank you, we know it is you. You can withdraw now.',
    withdrawn:
      'You have withdrawn. What we had learnt about your typing is erased, and nothing more is recorded. You can change your mind here at any time.',
    what: 'What is recorded',
    whatWords:
      'The rhythm of your keys and the way the pointer moves. Of each key we learn only which of **seven groups** it belongs to (left hand, right hand, space, Shift, Backspace, Enter, others). In a password field we learn not even that. Beside it we count a few habits, such as which Shift key you use and how often you paste. **Never which key, never what you write.**',
    purpose: 'What for',
    purposeWords:
      'To notice when somebody else uses your session, and for nothing else. It says nothing about how well you work.',
    duration: 'For how long',
    durationWords:
      'The rhythm itself is looked at for moments and forgotten. What is learnt from it is kept encrypted while you agree.',
    choice: 'Your choice',
    choiceWords:
      'You can withdraw on this page at any time, and everything learnt is erased. **Your access stays the same either way.**',
    goOn: 'Go on to typing',
    withdraw: 'Withdraw and erase',
    agree: 'I agree, go on'
  },

  /** What is known of a person's hands. */
  behaviour: {
    title: 'What we know of your hands',
    lead: 'What is kept are measurements of your rhythm, encrypted, and never what you wrote. This is what they say about your habits, coarsely on purpose, so that nobody who sees it can imitate you.',
    nothing: 'Nothing is known of your hands.',
    heading: (device: string) => `As you are known ${device}`,
    learnt: 'Learnt',
    changed: 'last changed',
    from: (keystrokes: number) => `from ${keystrokes} keystrokes`,
    chart: 'Your habits beside those of most people',
    less: 'less than most',
    same: 'like most',
    more: 'more than most',
    habit: 'Habit',
    place: 'You, compared with most people',
    traits: {
      typingRate: { name: 'Typing speed', steps: ['much slower', 'slower', 'about the same', 'faster', 'much faster'] },
      holdMean: {
        name: 'How long you hold a key',
        steps: ['much shorter', 'shorter', 'about the same', 'longer', 'much longer']
      },
      overlapShare: {
        name: 'Next key before the last is up',
        steps: ['much more rarely', 'more rarely', 'about as often', 'more often', 'much more often']
      },
      pauseShare: {
        name: 'Pauses to think',
        steps: ['far fewer', 'fewer', 'about as many', 'more', 'many more']
      },
      correctionShare: { name: 'Corrections', steps: ['far fewer', 'fewer', 'about as many', 'more', 'many more'] },
      speed: { name: 'Pointer speed', steps: ['much slower', 'slower', 'about the same', 'faster', 'much faster'] },
      straightness: {
        name: 'How straight the pointer goes',
        steps: ['much more curved', 'more curved', 'about the same', 'straighter', 'much straighter']
      },
      clickHold: {
        name: 'How long you press a button',
        steps: ['much shorter', 'shorter', 'about the same', 'longer', 'much longer']
      }
    }
  },

  /** Everything that was decided about a person. */
  activity: {
    title: 'What was decided about you',
    lead: 'Each time that a rule looked at your sessions and something came of it, newest first. Is something here not right? Say so, or ask a person who runs this service to look at it.',
    nothing: 'Nothing has been decided about you yet.',
    reason: 'Reason',
    rule: (rule: string, version: string) => `Rule “${rule}”, version ${version} of the rules`,
    wasMe: 'It was me',
    wasNotMe: 'It was not me',
    saidMe: 'You said: it was me.',
    saidNotMe: 'You said: it was not me.',
    thanksMe: 'Thank you. We go on learning from your visits.',
    thanksNotMe:
      'Thank you. All other sessions are signed out, and what was learnt since is taken back. If somebody may know your password, change it now.',
    newPassword: 'Set a new password',
    needsProof: 'To answer you sign in once more, with the strongest proof that you have.',
    types: {
      'risk.changed.LOW': 'The doubt about your session was cleared',
      'risk.changed.MEDIUM': 'Something in your session looked unusual',
      'risk.changed.HIGH': 'We doubted that it was you',
      'risk.notified': 'Something was noted, and nothing was asked of you',
      'risk.reported': 'Somebody else told us of a risk to your session',
      'challenge.required': 'You were asked to confirm that it is you',
      'challenge.passed': 'You confirmed that it is you',
      'phrase.offered': 'You could clear up a doubt by typing a sentence',
      'phrase.answered': 'You typed a sentence, and the doubt was cleared',
      'phrase.unclear': 'A sentence was typed that said nothing either way',
      'phrase.refused': 'A sentence was typed that did not look like yours',
      'login.judged.asked': 'Your sign-in was doubted and you were asked for more',
      'login.judged.capped': 'Your sign-in was doubted and counted for less',
      'login.judged.noted': 'Your sign-in looked unusual; nothing was asked of you',
      'login.judged.believed': 'Your sign-in was believed',
      'login.rhythm_known': 'We know now how you type your password',
      'login.template_dropped': 'How you type your password was forgotten',
      'device.new': 'Your session spoke from a kind of device on which we do not know you',
      'watch.changed.watched': 'Your session is looked after again',
      'watch.changed.unobserved': 'Nothing reached us from your session for a while',
      'watch.changed.not_watched': 'Your session is no longer looked after',
      'watch.contradicted': 'Your session was used while its pages told us of nothing',
      'watch.stopped': 'You switched the watch off for a session',
      'channel.refused': 'A page of one session was used in another, and was refused',
      'session.revoked': 'A session was ended',
      'consent.given': 'You agreed to be recognised',
      'consent.withdrawn': 'You withdrew, and what was learnt was erased',
      'calibration.refused': 'A lesson was refused',
      'profile.enrolled': 'Your rhythm was taught',
      'profile.learnt': 'We learnt from a visit of yours',
      'profile.not_learnt': 'We learnt nothing from a visit',
      'profile.rolled_back': 'An earlier state of what we know of you was put back',
      'profile.drift_noticed': 'Your rhythm has changed slowly; teaching it anew would help',
      'profile.foreign_hands_noticed': 'Somebody else’s hands seemed to be in your visits',
      'profile.corrupt': 'What we knew of you could not be read',
      'factor.enrolled': 'A proof was set up',
      'factor.removed': 'A proof was removed',
      'factor.refused': 'A change of your proofs was refused',
      'password.changed': 'The password was changed',
      'email.proved': 'An address was proved by a code that we mailed',
      'recovery.given': 'Whoever runs this service gave out a link to set a new password',
      'recovery.sent': 'A link to set a new password was mailed to you',
      'login.template_corrupt': 'How you type your password could not be read and was forgotten',
      'sketch.corrupt': 'What we keep to notice a replay of your input could not be read',
      'logout.undelivered': 'An application could not be told that a session had ended',
      'factor.renamed': 'A passkey was given another name',
      'factor.recovery_code_used': 'A recovery code was used',
      'factor.recovery_codes_made': 'New recovery codes were made',
      'decision.answered': 'You answered a question about yourself',
      'data.exported': 'Your data was handed to you'
    } as Record<string, string>,
    /** For what has no words of its own. */
    otherType: (type: string) => `Noted: ${type}`,
    reasons: {
      behaviour: 'typing or pointing did not look like yours',
      phrase: 'a typed sentence did not look like yours',
      automation_suspected: 'the keys or the pointer moved as a program moves them',
      replay_suspected: 'the input looked like an earlier one, played again',
      login_rhythm: 'the password was not typed the way you usually type it',
      login_automation: 'the password seemed to be typed by a program',
      login_replay: 'the password was typed exactly as before',
      login_device: 'nobody had signed in on this device before',
      unobserved: 'nothing reached us from the session',
      reported: 'it was reported to us',
      evidence: 'what was seen added up',
      fresh_login_required: 'the last sign-in was too old, not strong enough, or in doubt',
      no_fresh_login: 'the last sign-in was too old or in doubt',
      consent_required: 'you had not agreed',
      ended_by_person: 'you ended it',
      other_session: 'a page of one session was opened in another',
      used_ticket: 'a ticket for the watch was shown twice',
      other_origin: 'a ticket for the watch was shown by another site',
      signed_out_everywhere: 'you signed out everywhere',
      signed_out: 'somebody signed out',
      password_changed: 'the password was changed'
    } as Record<string, string>
  },

  /** Handing over and erasing. */
  data: {
    title: 'Your data',
    lead: 'All that this service keeps of you is yours: take it with you, or have it erased.',
    export: 'Take it with you',
    exportWords:
      'One file with your account, your agreement, your sessions, what is known of your hands and everything that was decided about you. It is in JSON, which programs can read.',
    exportSubmit: 'Download my data',
    erase: 'Erase my account',
    eraseWords:
      'Your account, what is known of your hands and every proof are erased, and you are signed out everywhere. **This cannot be undone.** A log without your name keeps that decisions were made.',
    eraseConfirm: (username: string) => `Type your user name (${username}) to confirm`,
    eraseSubmit: 'Erase everything',
    eraseWrong: { title: 'Nothing was erased', words: 'What was typed is not your user name.' },
    erasedTitle: 'Erased',
    erasedHeading: 'Your account is erased',
    erasedWords: 'You are signed out everywhere. Thank you for having been here.',
    administrator: 'An administrator’s account cannot be erased here.'
  },

  /** Mails that tell a person what happened; each ends with where to look. */
  mails: {
    greeting: (username: string) => `Hello ${username},`,
    closing: (link: string) =>
      `Was it you? Then there is nothing to do. If not, sign in, say so and end what you do not know:\n${link}`,
    code: {
      subject: 'Your code',
      words: (code: string) =>
        `your code is ${code}. It is good for ten minutes. Nobody of ours will ever ask you for it; if you did not want one, leave it unused.`
    },
    recover: {
      subject: 'Set a new password',
      words: (link: string) =>
        `with this link you can set a new password. It works once, for half an hour. If you did not ask for it, leave it unused.\n${link}`
    },
    notices: {
      doubt: {
        subject: 'We were not sure that it was you',
        words:
          'something in one of your sessions did not look like you. Whoever is there was asked for a proof before going on.'
      },
      login_doubt: {
        subject: 'An unusual sign-in to your account',
        words: 'somebody signed in with your password in a way that does not look like you, and was asked for more.'
      },
      guessing: {
        subject: 'Somebody is guessing your password',
        words: 'there were many wrong passwords for your account. None of them got in, and you can still sign in.'
      },
      taught: {
        subject: 'Your rhythm was taught',
        words: 'a lesson has taught us how you type and point. From now on you are recognised by it.'
      },
      code_guessing: {
        subject: 'Somebody is guessing a code of your account',
        words:
          'there were many wrong codes for your account. None of them got in. Whoever tries may know your password: choose a new one.'
      },
      app_added: {
        subject: 'An authenticator app was added to your account',
        words: 'an authenticator app was set up. Its codes now show that it is you, and so do new recovery codes.'
      },
      app_removed: {
        subject: 'The authenticator app was removed from your account',
        words: 'the authenticator app of your account was removed. Its codes no longer count.'
      },
      passkey_added: {
        subject: 'A passkey was added to your account',
        words: 'a passkey was added. Whoever has that device and can unlock it can sign in to your account.'
      },
      passkey_removed: {
        subject: 'A passkey was removed from your account',
        words: 'a passkey of your account was removed. It no longer signs anybody in.'
      },
      codes_made: {
        subject: 'New recovery codes were made for your account',
        words: 'ten new recovery codes were made. The ones from before no longer work.'
      },
      code_used: {
        subject: 'A recovery code of your account was used',
        words: 'one of your recovery codes was used in place of the app or the passkey. It does not work again.'
      },
      email_proved: {
        subject: 'This address was confirmed',
        words: 'with a code that we sent here somebody has shown that this address belongs to your account.'
      },
      password_set: {
        subject: 'Your password was changed',
        words: 'your account has a new password, and every sign-in from before has ended.'
      },
      erased: {
        subject: 'Your account is erased',
        words: 'your account and everything that was known of you are erased.'
      }
    }
  },

  calibration: {
    title: 'Teach us your rhythm',
    lead: 'Type a few sentences the way you always do. Mistakes are welcome, and so is correcting them.',
    learnt: (percent: string) => `${percent} percent learnt`,
    connecting: 'Connecting',
    listening: 'Listening to your rhythm',
    notListening: 'Not listening',
    offline: 'Reconnecting',
    noScript: 'Learning your rhythm needs JavaScript. You can go on without it.',
    sentence: (number: string) => `Sentence ${number}`,
    type: 'Type it here, then press Enter',
    next: 'Next sentence',
    left: (sentences: string) => `· about ${sentences} to go`,
    pause: 'Pause',
    resume: 'Go on',
    startOver: 'Start over',
    paused: '**Paused.** Nothing is recorded. What you have typed so far counts: go on now, or come back later.',
    pointer: 'And the pointer',
    pointerHint:
      'Follow the circle with the mouse or a finger and press it. If you use the keyboard only, leave this out: typing is enough.',
    target: 'Press the circle',
    enough: '**That is enough.** We know your rhythm now. You need not do anything else.',
    later: 'Finish later',
    goOn: 'Continue',
    thanks: 'Thank you',
    /** To be typed, in order; together some seven hundred keystrokes, on any keyboard of the language. */
    sentences: [
      'The quick ferry left Zurich before five jackdaws woke up.',
      'My neighbour grows yellow plums and very quiet bumblebees.',
      'Please bring six warm blankets and a jar of fig jam along.',
      'Victor walked back from the market with eggs and a broom.',
      'Every Friday we cook a huge pot of pumpkin and ginger soup.',
      'Jazz drifted over the lake while the old boats kept rocking.',
      'Could you explain why the blue kite flew higher than ours?',
      'Her grandfather mends clocks, radios and the odd squeaky axle.',
      'Twelve foxes crossed the frozen field just after midnight.',
      'I would rather walk in the rain than queue for a taxi.',
      'The baker whistles when the first golden loaves come out.',
      'Maybe Olga knows which exit leads down to the quiet garden.',
      'We packed the van, locked the door and drove to the coast.',
      'Nobody expected the puzzle to take the whole of Sunday.'
    ]
  }
}

/** Every text of the pages and mails in one language. */
export type Words = typeof en
