// What a relying party must offer to run through the contract: a program of somebody else, unmodified, with as little around it as an
// application team would write. A party more is a file in `parties/` and a line in `parties/index.ts`.

export interface Party {
  /** As its users call it. */
  readonly name: string
  /** True when it takes back-channel logout. The others learn of an ended session at their next request. */
  readonly backChannel: boolean
  /** True when it can send a request without a page (`prompt=none`) and keeps the person when that fails. */
  readonly renewsSilently: boolean
  /** False where a program that it needs is not installed; nothing else of it is used then. */
  readonly available: boolean
  /** Client metadata beside id and secret. `origin` is where the party will be. */
  metadata(origin: string): Readonly<Record<string, unknown>>
  start(options: PartyOptions): Promise<RunningParty>
}

export interface PartyOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** `http://localhost:<port>` */
  readonly origin: string
  readonly port: number
}

export interface RunningParty {
  /** A browser of its own, in front of which `person` sits. */
  visit(person: Answering): Promise<Visit>
  close(): Promise<void>
}

/** What a party asks for with a sign-in. */
export interface Ask {
  readonly acrValues?: string
  readonly maxAgeSeconds?: number
}

export interface Visit {
  /** Begins a sign-in at the party and goes through the provider's pages until the party has taken the person in. */
  signIn(ask?: Ask): Promise<void>
  /** What the party holds of the person in this browser; undefined when nobody is signed in. */
  claims(): Promise<Claims | undefined>
  /** A request without a page, where the party has that. Returns the error that it got, if it got one. */
  renew(): Promise<string | undefined>
  /** Signs out at the party, and confirms at the provider. */
  signOut(): Promise<void>
  close(): Promise<void>
}

export interface Claims {
  readonly acr: string
  readonly amr: readonly string[]
  readonly auth_time: number
}

/** Somebody who answers the provider's pages. */
export interface Answering {
  /** Values for the fields that a page shows, by their names; notes that it was shown. */
  answer(names: readonly string[]): Promise<Readonly<Record<string, string>>>
}
