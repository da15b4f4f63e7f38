// Deutsch: German, in the order of `en.ts`.

import type { Words } from './en.ts'

export const de: Words = {
  tag: 'de',

  errors: {
    form_expired: {
      title: 'Bitte noch einmal absenden',
      words:
        'Das Formular war zu lange offen oder kam von einer anderen Seite. Es wurde nichts geändert. Bitte versuchen Sie es noch einmal.'
    },
    form_invalid: { title: 'Da fehlt noch etwas', words: 'Bitte prüfen Sie die markierten Felder.' },
    body_too_large: {
      title: 'Das war zu viel',
      words: 'Was gesendet wurde, ist länger, als dieses Formular aufnehmen kann. Es wurde nichts geändert.'
    },
    username_taken: {
      title: 'Dieser Name ist vergeben',
      words: 'Diesen Benutzernamen verwendet schon jemand. Bitte wählen Sie einen anderen.'
    },
    credentials_invalid: {
      title: 'Das passt nicht zusammen',
      words: 'Der Benutzername oder das Passwort stimmt nicht. Bitte versuchen Sie es noch einmal.'
    },
    code_invalid: {
      title: 'Dieser Code passt nicht',
      words: 'Vielleicht ist er vertippt, zu alt oder schon benutzt. Bitte versuchen Sie es mit dem nächsten.'
    },
    challenge_expired: {
      title: 'Bitte antworten Sie noch einmal',
      words: 'Die Frage war zu lange offen, oder sie wurde in einem anderen Tab beantwortet. Nichts wurde geändert.'
    },
    phrase_unclear: {
      title: 'Das hat nicht genügt',
      words:
        'Tippen Sie den Satz von Hand, ohne ihn einzufügen und ohne Eile. Niemand hält Ihnen etwas vor. Hier ist ein anderer.'
    },
    passkey_refused: {
      title: 'Dieser Passkey passt nicht',
      words:
        'Vielleicht gehört er zu einem anderen Konto, oder er wurde hier entfernt. Bitte versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.'
    },
    passkey_invalid: {
      title: 'Das ging mit diesem Passkey nicht',
      words:
        'Ihr Gerät hat etwas geschickt, das wir hier nicht gebrauchen können, oder der Passkey steht schon in Ihrer Liste. Nichts wurde geändert.'
    },
    mail_unavailable: {
      title: 'Wir können jetzt keine Mail schicken',
      words:
        'Nichts wurde geschickt und nichts geändert. Bitte versuchen Sie es später noch einmal, oder wählen Sie einen anderen Weg.'
    },
    offer_expired: {
      title: 'Hier ist ein neuer Schlüssel',
      words: 'Der vorige wurde vor zu langer Zeit gezeigt. Bitte löschen Sie ihn in der App und nehmen Sie diesen.'
    },
    factor_missing: {
      title: 'Wir können Sie um keinen Nachweis bitten',
      words:
        'Ihr Konto hat nichts mehr, womit Sie zeigen könnten, dass Sie es sind. Bitte wenden Sie sich an die Stelle, die diesen Dienst betreibt.'
    },
    too_many_attempts: {
      title: 'Bitte warten Sie ein wenig',
      words:
        'Es gab zu viele Versuche. Zum Schutz des Kontos bitten wir Sie, ein paar Minuten zu warten und es dann noch einmal zu versuchen.'
    },
    overloaded: {
      title: 'Gerade ist sehr viel los',
      words: 'Zu viele Menschen melden sich gleichzeitig an. Bitte versuchen Sie es gleich noch einmal.'
    },
    storage_unavailable: {
      title: 'Wir kommen gerade nicht an unsere Daten',
      words: 'Es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.'
    },
    conflict: {
      title: 'Jemand war schneller',
      words: 'Das wurde im selben Moment an anderer Stelle geändert. Bitte versuchen Sie es noch einmal.'
    },
    not_signed_in: { title: 'Bitte melden Sie sich an', words: 'Diese Seite ist für angemeldete Personen.' },
    fresh_login_required: {
      title: 'Bitte melden Sie sich noch einmal an',
      words:
        'Für diesen Schritt müssen wir sicher sein, dass Sie es sind: mit einer Anmeldung der letzten zehn Minuten und dem stärksten Nachweis, den Sie haben.'
    },
    consent_required: {
      title: 'Zuerst brauchen wir Ihre Zustimmung',
      words: 'Wie Sie tippen, lernen wir erst, wenn Sie dem zugestimmt haben.'
    },
    invitation_invalid: {
      title: 'Dieser Link gilt nicht mehr',
      words:
        'Er wurde schon benutzt oder ist älter als ein Tag. Einen neuen bekommen Sie von der Stelle, die diesen Dienst betreibt.'
    },
    interaction_lost: {
      title: 'Diese Anmeldung ist beendet',
      words:
        'Sie hat zu lange gedauert, wurde in einem anderen Tab beendet oder in einem anderen Browser begonnen. Es ist nichts kaputt: Gehen Sie zur Anwendung zurück und melden Sie sich noch einmal an.'
    },
    not_found: {
      title: 'Hier ist nichts',
      words: 'Vielleicht ist die Adresse vertippt, oder die Seite ist umgezogen.'
    },
    internal: {
      title: 'Bei uns ist etwas schiefgegangen',
      words: 'Es liegt nicht an Ihnen, und es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.'
    }
  },
  wrongPassword: {
    title: 'Das passt nicht',
    words: 'Das Passwort stimmt nicht. Bitte versuchen Sie es noch einmal.'
  },
  requestRefused: {
    title: 'Diese Anfrage können wir nicht beantworten',
    words:
      'Die Anwendung hat Sie mit etwas hierher geschickt, das wir nicht annehmen können. Es wurde nichts geändert. Gehen Sie zu ihr zurück und versuchen Sie es noch einmal; wenn es wieder geschieht, sagen Sie es denen, die sie betreiben.'
  },
  problems: {
    username_length: 'Wählen Sie einen Benutzernamen mit 2 bis 64 Zeichen.',
    username_invisible: 'Der Benutzername enthält Zeichen, die man nicht sehen kann.',
    email_malformed: 'Schreiben Sie eine E-Mail-Adresse wie ana@example.com.',
    password_short: (fewest) => `Wählen Sie ein Passwort mit mindestens ${fewest} Zeichen.`,
    password_long: (most) => `Wählen Sie ein Passwort mit höchstens ${most} Zeichen.`,
    password_is_username: 'Das Passwort darf nicht Ihr Benutzername sein.'
  },

  common: {
    ownPages: 'Mein Konto',
    accountLinks: 'Konto',
    signOut: 'Abmelden',
    signIn: 'Anmelden',
    cancel: 'Abbrechen',
    notNow: 'Jetzt nicht',
    back: 'Zurück',
    backToAccount: 'Zurück zu Ihrem Konto',
    code: 'Code',
    username: 'Benutzername',
    password: 'Passwort',
    newPassword: 'Neues Passwort',
    passwordHint: (fewest) => `Mindestens ${fewest} Zeichen. Ein paar Wörter sind eine gute Wahl.`,
    showPassword: 'Passwort anzeigen',
    signedInAs: 'Angemeldet als',
    unknown: 'unbekannt',
    and: (one, other) => `${one} und ${other}`,
    or: (one, other) => `${one} oder ${other}`
  },

  login: {
    title: 'Anmelden',
    lead: (client) => `weiter zu **${client}**`,
    newHere: 'Neu hier?',
    signUp: 'Konto anlegen',
    orElse: 'oder',
    forgotten: 'Passwort vergessen?',
    withPasskey: 'Mit einem Passkey anmelden'
  },

  signUp: {
    title: 'Konto anlegen',
    lead: (client) => `weiter zu **${client}**`,
    email: 'E-Mail-Adresse',
    submit: 'Konto anlegen',
    haveOne: 'Sie haben schon ein Konto?'
  },

  invitation: {
    title: 'Passwort festlegen',
    lead: 'Dieser Link gilt einmal. Danach melden Sie sich mit dem Passwort an, das Sie jetzt wählen.',
    username: 'Ihr Benutzername',
    submit: 'Passwort festlegen und anmelden'
  },

  newPassword: {
    title: 'Ein neues Passwort',
    lead: 'Hier bleiben Sie angemeldet. Überall sonst werden Sie abgemeldet, und wie Sie das alte Passwort tippen, wird vergessen.',
    submit: 'Passwort ändern',
    done: 'Ihr Passwort ist geändert, und jede andere Anmeldung ist beendet.'
  },

  grant: {
    title: 'Zugriff erlauben',
    heading: 'Zugriff erlauben?',
    lead: (client) => `**${client}** möchte:`,
    who: (username, destination) =>
      `Sie sind als **${username}** angemeldet. Nach Ihrer Entscheidung geht es zurück zu **${destination}**.`,
    policy: 'Datenschutz',
    terms: 'Nutzungsbedingungen',
    allow: 'Erlauben',
    refuse: 'Nicht erlauben',
    scopes: {
      openid: 'wissen, dass Sie es sind',
      profile: 'Ihren Namen und Ihr Profil sehen',
      email: 'Ihre E-Mail-Adresse sehen',
      address: 'Ihre Postanschrift sehen',
      phone: 'Ihre Telefonnummer sehen',
      offline_access: 'verbunden bleiben, während Sie weg sind'
    },
    otherScope: (scope) => `„${scope}“ verwenden`,
    claims: (claims) => `diese Angaben sehen: ${claims}`
  },

  challenge: {
    title: 'Bestätigen Sie, dass Sie es sind',
    confirm: 'Bestätigen',
    notYou: 'Sie sind es nicht? Abmelden',
    why: 'Warum werde ich gefragt?',
    whyRisk:
      'Wir vergleichen den Rhythmus beim Tippen und Zeigen mit dem, was wir von Ihnen kennen. Weicht er ab, fragen wir noch einmal, statt zu raten. Vielleicht ist es nur eine andere Tastatur oder ein müder Tag; niemand hält Ihnen das vor.',
    whyAge:
      'Manche Schritte brauchen eine Anmeldung aus den letzten Minuten, damit ein offener Bildschirm nicht genügt, um sie zu tun.',
    whyLevel: (client) =>
      `${client} verlangt für den nächsten Schritt mehr Gewissheit, als Ihre Anmeldung bisher gegeben hat.`,
    none: 'Ich habe nichts davon',
    noMail: 'Ist nach einer Minute nichts da? Sehen Sie auch in den Spam-Ordner.',
    anotherCode: 'Noch einen Code schicken',
    waits: (client) => `**${client}** wartet auf Sie und macht weiter, sobald Sie bestätigt haben.`,
    reasons: {
      behaviour:
        'Das Tippen oder Zeigen in Ihrer Sitzung sah nicht nach Ihnen aus. Bitte bestätigen Sie, dass Sie es sind.',
      liveness:
        'Wir konnten nicht erkennen, dass in Ihrer Sitzung ein Mensch am Werk ist. Bitte bestätigen Sie, dass Sie es sind.',
      login_rhythm:
        'Ihr Passwort war richtig, wurde aber nicht so getippt, wie Sie es sonst tippen. Bitte bestätigen Sie, dass Sie es sind.',
      login_liveness:
        'Ihr Passwort war richtig, aber wir konnten nicht erkennen, dass ein Mensch es getippt hat. Bitte bestätigen Sie, dass Sie es sind.',
      login_device: 'Auf diesem Gerät haben Sie sich noch nie angemeldet. Bitte bestätigen Sie, dass Sie es sind.',
      unobserved: 'Auf Ihre Sitzung konnten wir eine Weile nicht achten. Bitte bestätigen Sie, dass Sie es sind.',
      other: 'Etwas an Ihrer Sitzung sah ungewöhnlich aus. Bitte bestätigen Sie, dass Sie es sind.',
      level: 'Die Anwendung bittet um einen frischen Nachweis, dass Sie es sind.',
      age: 'Ihre Anmeldung ist eine Weile her. Die Anwendung bittet Sie zu bestätigen, dass Sie noch da sind.',
      one_more: 'Ihr Passwort stimmt. Die Anwendung bittet um einen zweiten Nachweis, dass Sie es sind.'
    },
    factors: {
      password: { label: 'Passwort', hint: '', instead: 'Das Passwort verwenden' },
      totp: {
        label: 'Code',
        hint: 'Die sechs Ziffern, die Ihre Authenticator-App gerade zeigt.',
        instead: 'Die Authenticator-App verwenden'
      },
      passkey: {
        label: 'Passkey',
        hint: 'Ihr Gerät fragt nach Ihrem Finger, Ihrem Gesicht oder seiner PIN.',
        instead: 'Einen Passkey verwenden'
      },
      'email-code': {
        label: 'Code',
        hint: 'Die sechs Ziffern, die wir gerade an die E-Mail-Adresse Ihres Kontos geschickt haben.',
        instead: 'Einen Code per E-Mail bekommen'
      },
      'recovery-code': {
        label: 'Ersatzcode',
        hint: 'Einer der Codes, die Sie aufgeschrieben haben. Er gilt einmal.',
        instead: 'Einen Ersatzcode verwenden'
      }
    }
  },

  wayOut: {
    title: 'Sie sind nicht ausgesperrt',
    wanted: (what) => `Um hier weiterzumachen, verlangen die Regeln dieses Dienstes ${what}.`,
    lead: 'Sie haben gerade nichts davon? Verloren ist nichts: Ihr Konto und alles darin bleibt, wie es ist. So geht es weiter:',
    recover: 'Mit einem neuen Passwort neu beginnen',
    recoverHint:
      'Wir schicken einen Link an die E-Mail-Adresse Ihres Kontos. Alle Sitzungen enden, auch diese, und Sie melden sich neu an.',
    administrator: 'Fragen Sie die Stelle, die diesen Dienst betreibt',
    administratorHint:
      'Sie kann Ihnen einen Link geben, mit dem Sie neu beginnen, oder Ihnen sagen, wie Sie zu dem Nachweis kommen, der fehlt.',
    back: (client) => `Zurück zu ${client}`,
    anotherMethod: 'einen anderen Nachweis als den zuletzt benutzten',
    methodNames: {
      passkey: 'einen Passkey',
      password: 'Ihr Passwort',
      totp: 'einen Code aus Ihrer Authenticator-App',
      'recovery-code': 'einen Wiederherstellungscode',
      'email-code': 'einen Code, den wir per E-Mail schicken'
    }
  },

  phrase: {
    title: 'Ein Satz von Ihnen',
    headings: {
      ask: 'Tippen Sie einen Satz',
      nothing: 'Sie werden nichts gefragt',
      used_up: 'Genug Sätze für jetzt',
      answered: 'Danke, das waren Sie',
      refused: 'Bitte bestätigen Sie es auf einem anderen Weg'
    },
    lead: 'Etwas an Ihrer Sitzung sah ungewöhnlich aus. Tippen Sie diesen Satz so, wie Sie immer tippen, dann sehen wir, dass Sie es sind.',
    type: 'Der Satz, von Ihnen getippt',
    hint: 'Ein Vertipper macht nichts, und verbessern dürfen Sie auch.',
    submit: 'Das bin ich',
    other: 'Anders nachweisen',
    later: 'Ohne weitermachen',
    goOn: 'Weiter',
    noScript: 'Ohne JavaScript hören wir nicht, wie Sie tippen. Bitte wählen Sie einen anderen Weg.',
    why: 'Wir vergleichen den Rhythmus beim Tippen mit dem, was wir von Ihnen kennen. Weicht er ein wenig ab, genügt ein Satz, um das zu klären, und von Ihrer Anmeldung geht derweil nichts verloren. Der Satz ist eben erst erfunden worden und sagt nichts über Sie.',
    words: {
      nothing: 'An Ihrer Sitzung zweifelt niemand. Sie können diese Seite schließen.',
      used_up:
        'In dieser Stunde gab es schon einige Sätze, und sie konnten es nicht klären. Ein Passkey, Ihre App oder Ihr Passwort kann es.',
      answered: 'Der Zweifel ist ausgeräumt. Sie können diese Seite schließen und dort weitermachen, wo Sie waren.',
      refused:
        'Das sah nicht nach Ihnen aus. Vielleicht ist es ein müder Tag oder eine andere Tastatur; ein Passkey, Ihre App oder Ihr Passwort klärt es.'
    },
    account: 'Etwas an dieser Sitzung sah ungewöhnlich aus. Ein getippter Satz kann es klären.',
    open: 'Einen Satz tippen'
  },

  signOut: {
    title: 'Abmelden',
    heading: 'Abmelden?',
    asked: (client) => `**${client}** bittet darum, Sie abzumelden.`,
    lead: 'Sie werden hier und in jeder Anwendung abgemeldet, die Sie von hier aus erreicht haben.',
    submit: 'Abmelden',
    stay: 'Angemeldet bleiben'
  },

  signedOut: {
    title: 'Abgemeldet',
    heading: 'Sie sind abgemeldet',
    ended: 'Ihre Sitzung ist beendet.',
    endedWith: (client) => `Ihre Sitzung bei **${client}** ist beendet.`,
    shared: 'Auf einem Computer, den auch andere benutzen, schließen Sie bitte auch den Browser.',
    again: 'Wieder anmelden'
  },

  error: { forOperators: 'Für die Betreiber der Anwendung' },

  account: {
    title: 'Ihr Konto',
    administrator: 'Administrator',
    signedIn: 'Angemeldet',
    signedInWith: (how) => `mit ${how}`,
    recognition: 'Erkennung',
    level: 'Grad der Gewissheit',
    typing: 'Ihr Tippen',
    soFar: (percent) => `Bisher ${percent} Prozent.`,
    agreedOn: 'Sie haben zugestimmt am',
    mayWithdraw: 'Sie können das jederzeit zurücknehmen; Ihr Zugang bleibt derselbe.',
    teachAgain: 'Noch einmal zeigen',
    teach: 'Zeigen Sie uns Ihren Rhythmus',
    seeConsent: 'Ansehen oder zurücknehmen',
    askConsent: 'Auf Ihre Sitzungen achten lassen',
    proof: 'Womit Sie zeigen, dass Sie es sind',
    appSince: 'Eine Authenticator-App, eingeschaltet am',
    noCodesLeft: 'Es sind keine Ersatzcodes mehr übrig.',
    codesLeft: (left) => (left === 1 ? 'Ein Ersatzcode ist übrig.' : `${left} Ersatzcodes sind übrig.`),
    manageApp: 'Ihre Authenticator-App',
    noApp: 'Nicht eingerichtet. Sie zeigt Codes auf Ihrem Telefon, auch ohne Netz.',
    recoveryCodes: 'Ersatzcodes',
    password: 'Passwort ändern',
    passwordWords: 'Wenn es jemand anderes kennen könnte.',
    email: 'E-Mail-Adresse',
    emailProved: 'Sie haben gezeigt, dass sie Ihnen gehört,',
    emailNotProved: 'Noch nicht als Ihre bestätigt. Dafür schicken wir einen Code dorthin.',
    onlyPassword:
      'Sie haben nur Ihr Passwort. Mit einem Passkey oder einer App auf Ihrem Telefon können Sie zeigen, dass Sie es sind, wenn eine Anwendung mehr verlangt oder wenn etwas ungewöhnlich aussieht.',
    setUpApp: 'Eine Authenticator-App einrichten',
    activity: 'Was über Sie entschieden wurde',
    activityWords: 'Jede Entscheidung mit ihrem Grund, und was Sie dazu sagen.',
    behaviour: 'Was wir von Ihren Händen wissen',
    behaviourWords: 'Ihre Gewohnheiten in Worten und einem Bild.',
    data: 'Ihre Daten',
    dataWords: 'Nehmen Sie sie mit, oder lassen Sie sie löschen.',
    more: 'Sie und Ihre Daten',
    endOthers: 'Überall sonst abmelden',
    endAll: 'Überall abmelden',
    applications: (names) => `mit ${names}`,
    sessions: 'Wo Sie angemeldet sind',
    onlyHere: 'Nur hier.',
    thisBrowser: 'Dieser Browser',
    otherBrowser: 'Ein anderer Browser',
    since: 'seit',
    signOutHere: 'Hier abmelden',
    end: 'Beenden'
  },

  standing: {
    risk: {
      LOW: 'Nichts Ungewöhnliches',
      MEDIUM: 'Etwas sah ungewöhnlich aus',
      HIGH: 'Wir sind nicht sicher, dass Sie es sind'
    },
    watch: {
      watched: 'An: Ihr Tippen und Zeigen wird mit dem verglichen, was wir von Ihnen kennen',
      unobserved: 'Unterbrochen: Aus dieser Sitzung hat uns eine Weile nichts erreicht',
      not_watched: 'Aus: Auf diese Sitzung wird nicht geachtet'
    },
    methods: {
      pwd: 'Ihrem Passwort',
      otp: 'einem Einmalcode',
      hwk: 'einem Sicherheitsschlüssel',
      swk: 'einem Passkey',
      pop: 'einem Schlüssel dieses Geräts',
      user: 'einer Berührung oder einem Blick auf Ihr Gerät',
      mfa: 'zwei verschiedenen Nachweisen'
    },
    noMethod: 'etwas, das keinen Namen hat',
    levels: {
      '0': 'Keiner: Es muss neu gezeigt werden, dass Sie es sind',
      'urn:vigil:loa:1': 'Ein Nachweis',
      'urn:vigil:loa:2': 'Zwei verschiedene Nachweise',
      'urn:vigil:loa:3': 'Ein Nachweis, den keine falsche Seite Ihnen entlocken kann'
    }
  },

  training: {
    states: {
      no_consent: 'Sie haben dem nicht zugestimmt. Über Ihr Tippen wird nichts aufbewahrt.',
      none: 'Sie haben zugestimmt, aber wir haben Sie noch nicht tippen sehen.',
      collecting: 'Wir lernen gerade Ihren Rhythmus kennen.',
      ready: 'Wir kennen Ihren Rhythmus und fragen nur, wenn es nicht Ihrer ist.'
    },
    devices: { keyboard: 'an einer Tastatur', touch: 'auf einem Touchscreen' },
    knownOn: (devices) => `Man kennt Sie ${devices}.`,
    knownOnNotOn: (devices, missing) => `Man kennt Sie ${devices}, aber noch nicht ${missing}.`,
    newDevice: (device) =>
      `Ein neues Gerät: ${device} kennen wir Sie noch nicht, deshalb vergleichen wir Sie hier mit dem Beginn dieser Sitzung.`,
    passwordLearning: 'Wir lernen gerade kennen, wie Sie Ihr Passwort tippen.',
    passwordKnown: (logins) =>
      `Wir wissen aus ${logins} Anmeldungen, wie Sie Ihr Passwort tippen. Das wird vergessen, wenn Sie das Passwort ändern.`
  },

  email: {
    title: 'Ihre E-Mail-Adresse',
    lead: (email) =>
      `Wir schreiben an **${email}**, wenn etwas ungewöhnlich aussieht und wenn Sie Ihr Passwort vergessen haben.`,
    proved: 'Sie haben gezeigt, dass sie Ihnen gehört',
    why: 'Zeigen Sie einmal, dass sie Ihnen gehört: Wir schicken einen Code dorthin, und Sie geben ihn hier ein.',
    impossible: 'Dieser Dienst verschickt keine Mail.',
    send: 'Einen Code schicken',
    again: 'Noch einen schicken',
    codeHint: 'Sechs Ziffern. Sie gelten zehn Minuten.',
    submit: 'Sie gehört mir'
  },

  recover: {
    title: 'Ein neues Passwort',
    lead: 'Nennen Sie uns Ihren Benutzernamen, und wir schicken einen Link an Ihre E-Mail-Adresse. Nachweise wie eine App oder ein Passkey bleiben, wie sie sind.',
    submit: 'Link schicken',
    toSignIn: 'Zurück zur Anmeldung',
    noMail:
      'Keine Mail, oder nicht mehr dieselbe Adresse? Fragen Sie, wer diesen Dienst betreibt: Auch dort bekommen Sie einen Link.',
    impossible:
      'Dieser Dienst verschickt keine Mail. Fragen Sie, wer ihn betreibt, nach einem Link, mit dem Sie ein neues Passwort setzen können.',
    sentTitle: 'Sehen Sie in Ihre Mail',
    sent: 'Wenn es ein Konto dieses Namens mit einer E-Mail-Adresse gibt, ist ein Link dorthin unterwegs. Er gilt einmal, eine halbe Stunde lang.'
  },

  passkeys: {
    plain: 'Passkeys',
    title: 'Ihre Passkeys',
    lead: 'Ein Passkey meldet Sie mit dem Finger, dem Gesicht oder der PIN Ihres Geräts an. Es gibt nichts zu tippen, und nichts, was eine falsche Seite Ihnen entlocken könnte.',
    count: (passkeys) =>
      passkeys === 0
        ? 'Noch keiner. Ein Passkey ist hier der stärkste Nachweis, und der kürzeste: ein Finger, ein Blick oder die PIN Ihres Geräts.'
        : passkeys === 1
          ? 'Sie haben einen Passkey.'
          : `Sie haben ${passkeys} Passkeys.`,
    add: 'Einen Passkey hinzufügen',
    manage: 'Ihre Passkeys',
    hardware: 'In Hardware',
    synced: 'Zwischen Ihren Geräten abgeglichen',
    oneDevice: 'Auf einem Gerät',
    lastUsed: 'zuletzt verwendet',
    remove: 'Entfernen',
    removeNamed: (name) => `${name} entfernen`,
    rename: 'Umbenennen',
    renameNamed: (name) => `${name} umbenennen`,
    newName: (name) => `Neuer Name für ${name}`,
    save: 'Speichern',
    name: 'Name',
    nameHint: 'Damit Sie ihn wiedererkennen, etwa „mein Telefon“.',
    submit: 'Hinzufügen',
    impossible: 'Diese Adresse kann keine Passkeys haben: Sie gehören zu einem Namen, und sie ist eine Zahl.',
    waiting: 'Ihr Gerät fragt Sie jetzt.',
    cancelled:
      'Das kam nicht zu Ende: Es wurde abgebrochen, dauerte zu lange, oder dieses Gerät hat keinen Passkey für hier. Bitte versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.',
    known: 'Dieses Gerät hat schon einen Passkey für Ihr Konto.',
    unsupported: 'Dieser Browser kann hier keine Passkeys verwenden. Bitte wählen Sie einen anderen Weg.',
    noScript: 'Ein Passkey braucht JavaScript. Ohne JavaScript wählen Sie bitte einen anderen Weg.'
  },

  authenticator: {
    title: 'Eine Authenticator-App einrichten',
    lead: 'Eine App auf Ihrem Telefon zeigt alle halbe Minute einen neuen Code. Wir fragen danach, wenn eine Anwendung mehr Gewissheit verlangt oder wenn etwas nicht nach Ihnen aussieht.',
    open: 'Öffnen Sie Ihre Authenticator-App und fügen Sie ein Konto hinzu. Lesen Sie das auf dem Telefon selbst?',
    openLink: 'In der App öffnen',
    scan: 'Richten Sie die Kamera auf dieses Bild.',
    picture: 'Ein QR-Code mit dem Schlüssel, der darunter in Buchstaben steht.',
    key: 'Oder tippen Sie diesen Schlüssel in die App. Groß- oder Kleinschreibung ist gleich.',
    enter: 'Die App zeigt jetzt sechs Ziffern. Geben Sie sie hier ein.',
    submit: 'Einschalten'
  },

  secondFactor: {
    title: 'Ihre Authenticator-App',
    on: 'Eingeschaltet',
    since: 'Seit',
    codesLeft: 'Übrige Ersatzcodes',
    codeHint: 'Aus der App, oder ein Ersatzcode.',
    remove: 'Die App entfernen',
    removeWords:
      'Ein neues Telefon, oder eine App, die nicht Sie eingerichtet haben? Entfernen Sie sie hier und richten Sie Ihre eigene ein. Haben Sie weder die App noch einen Ersatzcode, wenden Sie sich an die Stelle, die diesen Dienst betreibt.'
  },

  recoveryCodes: {
    title: 'Ihre Ersatzcodes',
    heading: 'Schreiben Sie diese Codes auf',
    lead: 'Jeder gilt einmal, anstelle der App oder des Passkeys: für den Tag, an dem das Gerät weg ist. **Sie werden nur dieses eine Mal gezeigt.** Frühere Codes gelten nicht mehr.',
    keep: 'Bewahren Sie sie auf Papier oder in einem Passwortmanager auf, nicht auf dem Gerät, für dessen Verlust sie gedacht sind.',
    goOn: 'Ich habe sie, weiter'
  },

  renewCodes: {
    lead: 'Ein Ersatzcode tritt an die Stelle Ihrer App oder Ihres Passkeys, wenn das Gerät einmal weg ist. Jeder gilt einmal.',
    words:
      'Ist das Papier weg, oder sind nur noch wenige übrig? Zehn neue Codes ersetzen die alten, die dann nicht mehr gelten.',
    renew: 'Neue Ersatzcodes erstellen'
  },

  consent: {
    title: 'Dürfen wir auf Ihre Sitzungen achten?',
    lead: 'Nach der Anmeldung können wir darauf achten, ob noch Sie an der Tastatur sitzen. Setzt sich jemand anderes an Ihren Bildschirm, fragen wir nach einem Nachweis.',
    titleGiven: 'Wie auf Sie geachtet wird',
    headingGiven: 'Sie haben zugestimmt, erkannt zu werden',
    confirmed: 'Danke, wir wissen, dass Sie es sind. Jetzt können Sie Ihre Zustimmung zurücknehmen.',
    withdrawn:
      'Sie haben Ihre Zustimmung zurückgenommen. Was wir über Ihr Tippen gelernt hatten, ist gelöscht, und es wird nichts mehr aufgezeichnet. Sie können es sich hier jederzeit anders überlegen.',
    what: 'Was aufgezeichnet wird',
    whatWords:
      'Der Rhythmus Ihrer Tasten und wie sich der Zeiger bewegt. Von jeder Taste erfahren wir nur, zu welcher von **sieben Gruppen** sie gehört (linke Hand, rechte Hand, Leertaste, Umschalttaste, Rücktaste, Eingabetaste, andere). In einem Passwortfeld erfahren wir nicht einmal das. Daneben zählen wir einige Gewohnheiten, etwa welche Umschalttaste Sie nehmen und wie oft Sie einfügen. **Nie, welche Taste, und nie, was Sie schreiben.**',
    purpose: 'Wofür',
    purposeWords:
      'Um zu merken, wenn jemand anderes Ihre Sitzung benutzt, und für nichts sonst. Es sagt nichts darüber, wie gut Sie arbeiten.',
    duration: 'Wie lange',
    durationWords:
      'Der Rhythmus selbst wird kurz angesehen und vergessen. Was daraus gelernt wird, bleibt verschlüsselt gespeichert, solange Sie zustimmen.',
    choice: 'Ihre Wahl',
    choiceWords:
      'Sie können auf dieser Seite jederzeit zurücknehmen, und alles Gelernte wird gelöscht. **Ihr Zugang bleibt so oder so derselbe.**',
    goOn: 'Weiter zum Tippen',
    withdraw: 'Zurücknehmen und löschen',
    agree: 'Ich stimme zu, weiter'
  },

  behaviour: {
    title: 'Was wir von Ihren Händen wissen',
    lead: 'Aufbewahrt werden Messwerte Ihres Rhythmus, verschlüsselt, und nie, was Sie geschrieben haben. Das hier sagen sie über Ihre Gewohnheiten, absichtlich grob, damit niemand, der es sieht, Sie nachahmen kann.',
    nothing: 'Von Ihren Händen ist nichts bekannt.',
    heading: (device) => `So kennt man Sie ${device}`,
    learnt: 'Gelernt am',
    changed: 'zuletzt geändert am',
    from: (keystrokes) => `aus ${keystrokes} Anschlägen`,
    chart: 'Ihre Gewohnheiten neben denen der meisten',
    less: 'weniger als die meisten',
    same: 'wie die meisten',
    more: 'mehr als die meisten',
    habit: 'Gewohnheit',
    place: 'Sie im Vergleich mit den meisten',
    traits: {
      typingRate: {
        name: 'Tippgeschwindigkeit',
        steps: ['viel langsamer', 'langsamer', 'etwa gleich', 'schneller', 'viel schneller']
      },
      holdMean: {
        name: 'Wie lange Sie eine Taste halten',
        steps: ['viel kürzer', 'kürzer', 'etwa gleich', 'länger', 'viel länger']
      },
      overlapShare: {
        name: 'Nächste Taste, bevor die letzte oben ist',
        steps: ['viel seltener', 'seltener', 'etwa gleich oft', 'öfter', 'viel öfter']
      },
      pauseShare: { name: 'Denkpausen', steps: ['viel weniger', 'weniger', 'etwa gleich viele', 'mehr', 'viel mehr'] },
      correctionShare: {
        name: 'Verbesserungen',
        steps: ['viel weniger', 'weniger', 'etwa gleich viele', 'mehr', 'viel mehr']
      },
      speed: {
        name: 'Tempo des Zeigers',
        steps: ['viel langsamer', 'langsamer', 'etwa gleich', 'schneller', 'viel schneller']
      },
      straightness: {
        name: 'Wie gerade der Zeiger läuft',
        steps: ['viel kurviger', 'kurviger', 'etwa gleich', 'gerader', 'viel gerader']
      },
      clickHold: {
        name: 'Wie lange Sie eine Maustaste drücken',
        steps: ['viel kürzer', 'kürzer', 'etwa gleich', 'länger', 'viel länger']
      }
    }
  },

  activity: {
    title: 'Was über Sie entschieden wurde',
    lead: 'Jedes Mal, wenn eine Regel auf Ihre Sitzungen gesehen hat und etwas daraus folgte, das Neueste zuerst. Stimmt hier etwas nicht? Sagen Sie es, oder bitten Sie einen Menschen, der diesen Dienst betreibt, es anzusehen.',
    nothing: 'Über Sie wurde noch nichts entschieden.',
    reason: 'Grund',
    rule: (rule, version) => `Regel „${rule}“, Fassung ${version} der Regeln`,
    wasMe: 'Das war ich',
    wasNotMe: 'Das war ich nicht',
    saidMe: 'Sie sagten: Das war ich.',
    saidNotMe: 'Sie sagten: Das war ich nicht.',
    thanksMe: 'Danke. Wir lernen weiter aus Ihren Besuchen.',
    thanksNotMe:
      'Danke. Alle anderen Sitzungen sind abgemeldet, und was seither gelernt wurde, ist zurückgenommen. Wenn jemand Ihr Passwort kennen könnte, ändern Sie es jetzt.',
    newPassword: 'Neues Passwort festlegen',
    needsProof: 'Um zu antworten, melden Sie sich noch einmal an, mit dem stärksten Nachweis, den Sie haben.',
    types: {
      'risk.changed.LOW': 'Der Zweifel an Ihrer Sitzung ist ausgeräumt',
      'risk.changed.MEDIUM': 'Etwas in Ihrer Sitzung sah ungewöhnlich aus',
      'risk.changed.HIGH': 'Wir haben bezweifelt, dass Sie es sind',
      'risk.notified': 'Etwas wurde vermerkt, und Sie wurden nichts gefragt',
      'risk.reported': 'Jemand anderes hat uns ein Risiko für Ihre Sitzung gemeldet',
      'challenge.required': 'Sie wurden gebeten zu bestätigen, dass Sie es sind',
      'challenge.passed': 'Sie haben bestätigt, dass Sie es sind',
      'phrase.offered': 'Sie konnten einen Zweifel mit einem getippten Satz ausräumen',
      'phrase.answered': 'Sie haben einen Satz getippt, und der Zweifel war ausgeräumt',
      'phrase.unclear': 'Ein Satz wurde getippt, der weder dafür noch dagegen sprach',
      'phrase.refused': 'Ein Satz wurde getippt, der nicht nach Ihnen aussah',
      'login.judged.asked': 'Ihre Anmeldung wurde bezweifelt, und Sie wurden nach mehr gefragt',
      'login.judged.capped': 'Ihre Anmeldung wurde bezweifelt und zählte weniger',
      'login.judged.noted': 'Ihre Anmeldung sah ungewöhnlich aus; Sie wurden nichts gefragt',
      'login.judged.believed': 'Ihrer Anmeldung wurde geglaubt',
      'login.rhythm_known': 'Wir wissen jetzt, wie Sie Ihr Passwort tippen',
      'login.template_dropped': 'Wie Sie Ihr Passwort tippen, wurde vergessen',
      'device.new': 'Ihre Sitzung sprach von einer Art Gerät, auf der wir Sie nicht kennen',
      'watch.changed.watched': 'Auf Ihre Sitzung wird wieder geachtet',
      'watch.changed.unobserved': 'Aus Ihrer Sitzung hat uns eine Weile nichts erreicht',
      'watch.changed.not_watched': 'Auf Ihre Sitzung wird nicht mehr geachtet',
      'watch.contradicted': 'Ihre Sitzung wurde benutzt, während ihre Seiten uns nichts meldeten',
      'watch.stopped': 'Sie haben das Achten für eine Sitzung abgeschaltet',
      'channel.refused': 'Eine Seite der einen Sitzung wurde in einer anderen gezeigt und abgewiesen',
      'session.revoked': 'Eine Sitzung wurde beendet',
      'consent.given': 'Sie haben zugestimmt, erkannt zu werden',
      'consent.withdrawn': 'Sie haben Ihre Zustimmung zurückgenommen, und das Gelernte wurde gelöscht',
      'calibration.refused': 'Eine Übung wurde abgelehnt',
      'profile.enrolled': 'Ihr Rhythmus wurde gelernt',
      'profile.learnt': 'Wir haben aus einem Ihrer Besuche gelernt',
      'profile.not_learnt': 'Aus einem Besuch haben wir nichts gelernt',
      'profile.rolled_back': 'Ein früherer Stand dessen, was wir von Ihnen wissen, gilt wieder',
      'profile.drift_noticed': 'Ihr Rhythmus hat sich langsam verändert; eine neue Übung würde helfen',
      'profile.foreign_hands_noticed': 'In Ihren Besuchen schienen fremde Hände zu sein',
      'profile.corrupt': 'Was wir von Ihnen wussten, war nicht lesbar',
      'factor.enrolled': 'Ein Nachweis wurde eingerichtet',
      'factor.removed': 'Ein Nachweis wurde entfernt',
      'factor.refused': 'Eine Änderung Ihrer Nachweise wurde abgelehnt',
      'password.changed': 'Das Passwort wurde geändert',
      'email.proved': 'Eine Adresse wurde mit einem Code aus unserer Mail bestätigt',
      'recovery.given': 'Wer diesen Dienst betreibt, hat einen Link für ein neues Passwort ausgegeben',
      'recovery.sent': 'Ein Link für ein neues Passwort wurde Ihnen geschickt',
      'login.template_corrupt': 'Wie Sie Ihr Passwort tippen, war nicht lesbar und wurde vergessen',
      'sketch.corrupt': 'Was wir gegen das Wiederabspielen Ihrer Eingaben aufbewahren, war nicht lesbar',
      'logout.undelivered': 'Einer Anwendung konnte nicht gesagt werden, dass eine Sitzung zu Ende ist',
      'factor.renamed': 'Ein Passkey hat einen anderen Namen bekommen',
      'factor.recovery_code_used': 'Ein Ersatzcode wurde benutzt',
      'factor.recovery_codes_made': 'Neue Ersatzcodes wurden erstellt',
      'decision.answered': 'Sie haben eine Frage über sich beantwortet',
      'data.exported': 'Ihre Daten wurden Ihnen übergeben'
    },
    otherType: (type) => `Vermerkt: ${type}`,
    reasons: {
      behaviour: 'das Tippen oder Zeigen sah nicht nach Ihnen aus',
      phrase: 'ein getippter Satz sah nicht nach Ihnen aus',
      automation_suspected: 'Tasten oder Zeiger bewegten sich wie von einem Programm',
      replay_suspected: 'die Eingabe glich einer früheren, noch einmal abgespielt',
      login_rhythm: 'das Passwort wurde nicht so getippt, wie Sie es sonst tippen',
      login_automation: 'das Passwort schien von einem Programm getippt',
      login_replay: 'das Passwort wurde genau wie früher getippt',
      login_device: 'auf diesem Gerät hatte sich noch niemand angemeldet',
      unobserved: 'aus der Sitzung hat uns nichts erreicht',
      reported: 'es wurde uns gemeldet',
      evidence: 'das Gesehene hat sich summiert',
      fresh_login_required: 'die letzte Anmeldung war zu alt, nicht stark genug oder in Zweifel',
      no_fresh_login: 'die letzte Anmeldung war zu alt oder in Zweifel',
      consent_required: 'Sie hatten nicht zugestimmt',
      ended_by_person: 'Sie haben sie beendet',
      other_session: 'eine Seite der einen Sitzung wurde in einer anderen geöffnet',
      used_ticket: 'eine Eintrittskarte zum Achten wurde zweimal gezeigt',
      other_origin: 'eine Eintrittskarte zum Achten wurde von einer fremden Seite gezeigt',
      signed_out_everywhere: 'Sie haben sich überall abgemeldet',
      signed_out: 'jemand hat sich abgemeldet',
      password_changed: 'das Passwort wurde geändert'
    }
  },

  data: {
    title: 'Ihre Daten',
    lead: 'Alles, was dieser Dienst von Ihnen aufbewahrt, gehört Ihnen: Nehmen Sie es mit, oder lassen Sie es löschen.',
    export: 'Mitnehmen',
    exportWords:
      'Eine Datei mit Ihrem Konto, Ihrer Zustimmung, Ihren Sitzungen, dem, was von Ihren Händen bekannt ist, und allem, was über Sie entschieden wurde. Sie ist in JSON, das Programme lesen können.',
    exportSubmit: 'Meine Daten herunterladen',
    erase: 'Mein Konto löschen',
    eraseWords:
      'Ihr Konto, was von Ihren Händen bekannt ist und jeder Nachweis werden gelöscht, und Sie werden überall abgemeldet. **Das lässt sich nicht rückgängig machen.** Ein Protokoll ohne Ihren Namen behält, dass Entscheidungen getroffen wurden.',
    eraseConfirm: (username) => `Tippen Sie zur Bestätigung Ihren Benutzernamen (${username})`,
    eraseSubmit: 'Alles löschen',
    eraseWrong: { title: 'Es wurde nichts gelöscht', words: 'Was Sie getippt haben, ist nicht Ihr Benutzername.' },
    erasedTitle: 'Gelöscht',
    erasedHeading: 'Ihr Konto ist gelöscht',
    erasedWords: 'Sie sind überall abgemeldet. Danke, dass Sie da waren.',
    administrator: 'Das Konto eines Administrators lässt sich hier nicht löschen.'
  },

  mails: {
    greeting: (username) => `Guten Tag ${username},`,
    closing: (link) =>
      `Waren Sie es? Dann ist nichts zu tun. Wenn nicht, melden Sie sich an, sagen Sie es und beenden Sie, was Sie nicht kennen:\n${link}`,
    code: {
      subject: 'Ihr Code',
      words: (code) =>
        `Ihr Code ist ${code}. Er gilt zehn Minuten. Niemand von uns wird Sie je danach fragen; haben Sie keinen gewollt, lassen Sie ihn liegen.`
    },
    recover: {
      subject: 'Ein neues Passwort setzen',
      words: (link) =>
        `mit diesem Link können Sie ein neues Passwort setzen. Er gilt einmal, eine halbe Stunde lang. Haben Sie nicht darum gebeten, lassen Sie ihn liegen.\n${link}`
    },
    notices: {
      doubt: {
        subject: 'Wir waren nicht sicher, dass Sie es sind',
        words:
          'etwas in einer Ihrer Sitzungen sah nicht nach Ihnen aus. Wer dort ist, wurde um einen Nachweis gebeten, bevor es weitergeht.'
      },
      login_doubt: {
        subject: 'Eine ungewöhnliche Anmeldung an Ihrem Konto',
        words:
          'jemand hat sich mit Ihrem Passwort auf eine Weise angemeldet, die nicht nach Ihnen aussieht, und wurde nach mehr gefragt.'
      },
      guessing: {
        subject: 'Jemand rät Ihr Passwort',
        words:
          'für Ihr Konto gab es viele falsche Passwörter. Keines kam hinein, und Sie können sich weiterhin anmelden.'
      },
      taught: {
        subject: 'Ihr Rhythmus wurde gelernt',
        words: 'eine Übung hat uns gezeigt, wie Sie tippen und zeigen. Von jetzt an werden Sie daran erkannt.'
      },
      code_guessing: {
        subject: 'Jemand rät einen Code Ihres Kontos',
        words:
          'für Ihr Konto gab es viele falsche Codes. Keiner kam hinein. Wer das versucht, kennt vielleicht Ihr Passwort: Wählen Sie ein neues.'
      },
      app_added: {
        subject: 'Ihr Konto hat eine Authenticator-App bekommen',
        words:
          'eine Authenticator-App wurde eingerichtet. Ihre Codes zeigen ab jetzt, dass Sie es sind, und neue Ersatzcodes auch.'
      },
      app_removed: {
        subject: 'Die Authenticator-App Ihres Kontos wurde entfernt',
        words: 'die Authenticator-App Ihres Kontos wurde entfernt. Ihre Codes gelten nicht mehr.'
      },
      passkey_added: {
        subject: 'Ihr Konto hat einen Passkey bekommen',
        words:
          'ein Passkey wurde hinzugefügt. Wer dieses Gerät hat und entsperren kann, kann sich an Ihrem Konto anmelden.'
      },
      passkey_removed: {
        subject: 'Ein Passkey Ihres Kontos wurde entfernt',
        words: 'ein Passkey Ihres Kontos wurde entfernt. Er meldet niemanden mehr an.'
      },
      codes_made: {
        subject: 'Ihr Konto hat neue Ersatzcodes',
        words: 'zehn neue Ersatzcodes wurden erstellt. Die früheren gelten nicht mehr.'
      },
      code_used: {
        subject: 'Ein Ersatzcode Ihres Kontos wurde benutzt',
        words: 'einer Ihrer Ersatzcodes wurde anstelle der App oder des Passkeys benutzt. Er gilt nicht noch einmal.'
      },
      email_proved: {
        subject: 'Diese Adresse wurde bestätigt',
        words:
          'mit einem Code, den wir hierher geschickt haben, hat jemand gezeigt, dass diese Adresse zu Ihrem Konto gehört.'
      },
      password_set: {
        subject: 'Ihr Passwort wurde geändert',
        words: 'Ihr Konto hat ein neues Passwort, und jede Anmeldung von vorher ist beendet.'
      },
      erased: {
        subject: 'Ihr Konto ist gelöscht',
        words: 'Ihr Konto und alles, was von Ihnen bekannt war, sind gelöscht.'
      }
    }
  },

  calibration: {
    title: 'Zeigen Sie uns Ihren Rhythmus',
    lead: 'Tippen Sie ein paar Sätze, wie Sie es immer tun. Fehler sind willkommen, und sie zu verbessern auch.',
    learnt: (percent) => `${percent} Prozent gelernt`,
    connecting: 'Verbindung wird aufgebaut',
    listening: 'Wir achten auf Ihren Rhythmus',
    notListening: 'Wir achten gerade nicht auf Ihren Rhythmus',
    offline: 'Verbindung wird wieder aufgebaut',
    noScript: 'Um Ihren Rhythmus zu lernen, brauchen wir JavaScript. Sie können auch ohne weitermachen.',
    sentence: (number) => `Satz ${number}`,
    type: 'Tippen Sie ihn hier und drücken Sie die Eingabetaste',
    next: 'Nächster Satz',
    left: (sentences) => `· noch etwa ${sentences}`,
    pause: 'Pause',
    resume: 'Weitermachen',
    startOver: 'Von vorn anfangen',
    paused:
      '**Pause.** Es wird nichts aufgezeichnet. Was Sie bisher getippt haben, zählt: Machen Sie jetzt weiter, oder kommen Sie später wieder.',
    pointer: 'Und der Zeiger',
    pointerHint:
      'Folgen Sie dem Kreis mit der Maus oder einem Finger und drücken Sie darauf. Wenn Sie nur die Tastatur benutzen, lassen Sie das weg: Tippen genügt.',
    target: 'Den Kreis drücken',
    enough: '**Das genügt.** Wir kennen jetzt Ihren Rhythmus. Mehr brauchen Sie nicht zu tun.',
    later: 'Später fertig machen',
    goOn: 'Weiter',
    thanks: 'Danke',
    sentences: [
      'Die erste Fähre nach Bregenz fuhr schon vor dem Frühstück ab.',
      'Meine Nachbarin pflanzt gelbe Pflaumen und sehr stille Rosen.',
      'Bring bitte sechs warme Decken und ein Glas Quittengelee mit.',
      'Viktor kam mit Eiern und einem neuen Besen vom Markt zurück.',
      'Jeden Freitag kochen wir einen großen Topf Suppe mit Ingwer.',
      'Leise Musik zog über den See, während die Boote schaukelten.',
      'Weißt du, warum der blaue Drachen höher flog als der rote?',
      'Ihr Großvater repariert Uhren, Radios und knarrende Achsen.',
      'Zwölf Füchse liefen kurz nach Mitternacht über das Eis.',
      'Ich gehe lieber im Regen, als auf ein Taxi zu warten.',
      'Der Bäcker pfeift, wenn die ersten Brote aus dem Ofen kommen.',
      'Vielleicht kennt Olga den Weg hinunter in den stillen Garten.',
      'Wir packten den Wagen, schlossen ab und fuhren an die Küste.',
      'Niemand hatte gedacht, dass das Rätsel den Sonntag kostet.'
    ]
  }
}
