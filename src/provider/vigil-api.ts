// What Vigil offers to the pages of a provider: the stand-alone server's own pages use exactly what a host's pages use.

import type { Configuration, Interaction, InteractionResults, default as Provider } from 'oidc-provider'
import type { Server } from 'node:http'
import type { DeviceClass } from '../biometrics/device-class.ts'
import type { Trait } from '../biometrics/portrait.ts'
import type { RiskLevel, WatchState } from '../risk/levels.ts'
import type { ChannelPurpose } from '../channel/ports.ts'
import type { Person, ProfileVersion, SessionRecord } from '../ports.ts'
import type { Words } from './pages/languages/index.ts'

export interface VigilEvents {
  'risk.changed': {
    readonly uid: string
    readonly accountId: string
    readonly from: RiskLevel
    readonly to: RiskLevel
    readonly reason: string
  }
  'challenge.required': {
    readonly uid: string
    readonly accountId: string
    readonly rule: string
    readonly acr: string
  }
  /** A person's hands were taught, for the first time or anew: whoever owns the account should hear of it. */
  'profile.taught': { readonly accountId: string; readonly device: DeviceClass; readonly version: number }
  'session.revoked': { readonly uid: string; readonly accountId: string; readonly reason: string }
}

/** What a login form says beside the right password. */
export interface LoginTyping {
  /** The hidden field `vigil_rhythm` as it came. */
  readonly rhythm?: string | undefined
  /** Anything that changes when the password does, such as its stored hash. Only a keyed hash of it is kept. */
  readonly secret: string
  /** Nobody has signed in to this account on this device before. */
  readonly newDevice: boolean
}

/** Why an interaction asks for a login, when Vigil is the reason. */
export interface ChallengeView {
  /** `risk`: somebody else may be at the keyboard. `acr`: the relying party asks for a level. `age`: the level has aged out. */
  readonly kind: 'risk' | 'acr' | 'age'
  readonly reason: ChallengeReason
  /** One sentence for the person, in plain words and in the language of the request's `ui_locales`, else English. */
  readonly words: string
  /** Since when, in seconds, for a risk. */
  readonly since?: number
  /** Ids of the factors of which the policy demands one. */
  readonly methods?: readonly string[]
  /** RFC 8176 values of which the policy demands another. */
  readonly except?: readonly string[]
}

/** What a sentence that asks is chosen from. */
export type ChallengeReason = keyof Words['challenge']['reasons']

export interface TrainingStatus {
  /** `none`: no consent or nothing typed yet; `collecting`; `ready`: a profile serves. */
  readonly state: 'no_consent' | 'none' | 'collecting' | 'ready'
  /** 0 to 1. */
  readonly progress: number
  readonly keystrokes: number
  readonly keystrokesNeeded: number
  readonly profileVersion?: number
  /** Classes of device on which the person is known; absent = none. */
  readonly devices?: readonly DeviceClass[]
}

export interface ProfileHistory {
  /** Newest first; `createdAt` in seconds since the epoch. */
  readonly versions: readonly ProfileVersion[]
  /** The person has changed slowly: enrolling again is proposed. */
  readonly drifted: boolean
  /** Somebody else's hands were in visits of late: nothing is learnt until the person enrols again or a version is put back. */
  readonly foreignHands: boolean
}

/** Typed phrases, by which a doubt about a session can be answered before anything is lost. */
export interface VigilPhrases {
  /** `open`: one may be typed now; `used_up`: a doubt stands, and there were enough for an hour; `none`: nothing is asked. */
  standing(uid: string): Promise<'none' | 'open' | 'used_up'>
  /** A sentence in the language of the tag, and what has to be kept until it was typed. */
  begin(accountId: string, language: string): Promise<{ readonly state: unknown; readonly sentence: string }>
  /**
   * `typing` is the hidden field `vigil_typing` as it came. `answered`: the doubt is over; `unclear`: it stands; `refused`: it is an alarm now;
   * `over`: there was none any more. Throws `challenge_expired` for a challenge that was answered, `too_many_attempts`.
   */
  answer(
    uid: string,
    challenge: { readonly id: string; readonly state: unknown },
    answer: { readonly text: string; readonly typing: string }
  ): Promise<'answered' | 'unclear' | 'refused' | 'over'>
}

/** Present assurance and risk of a session. */
export interface SessionStandingView {
  readonly acr: string
  readonly amr: readonly string[]
  /** Seconds since the epoch. */
  readonly acrExpiresAt?: number
  readonly risk: RiskLevel
  readonly watch: WatchState
}

/** The sign-in that gives a strong login: at most `maxAgeSeconds` old, and at level `acr` where there is one to ask for. */
export interface ProofNeeded {
  readonly acr?: string
  readonly maxAgeSeconds: number
}

/** A live session as its person sees it. Times in seconds since the epoch. */
export interface PersonSession {
  readonly uid: string
  /** First login; undefined where nothing is known of it. */
  readonly signedInAt: number | undefined
  /** Last time that the person proved who they are. */
  readonly provedAt: number | undefined
  readonly acr: string
  readonly amr: readonly string[]
  readonly risk: RiskLevel
  readonly watch: WatchState
  /** Class of the device that the session's pages last spoke from; absent = not told. */
  readonly device?: DeviceClass
  /** Relying parties that were signed in to from it. */
  readonly applications: readonly { readonly clientId: string; readonly name: string }[]
}

/** Something that was decided about a person or done with their account, as the audit log has it. */
export interface Decision {
  readonly id: number
  /** Seconds since the epoch. */
  readonly at: number
  /** Type of the audit entry. */
  readonly type: string
  readonly sessionUid?: string
  readonly reason?: string
  /** What it became, e.g. a risk level. */
  readonly to?: string
  /** Rule of the policy that decided, and which version of the policy it was. */
  readonly rule?: string
  readonly policyVersion?: number
  /** What the rule did. */
  readonly action?: string
  /** It was doubted that it was the person, who may say so. */
  readonly answerable: boolean
  readonly answered?: 'me' | 'not_me'
}

/** What is known of a person's hands, in steps that a person can be shown. */
export interface Portrait {
  readonly device: DeviceClass
  /** Seconds since the epoch. */
  readonly taughtAt: number
  readonly changedAt: number
  readonly version: number
  readonly keystrokes: number
  readonly traits: readonly Trait[]
}

export interface Vigil {
  /** Returns a new oidc-provider configuration with Vigil woven in; `base` is not changed. */
  configure(base: Configuration): Configuration
  /** Adds the channel, the agent, calibration and the ticket endpoint to the server that carries the provider. */
  attach(provider: Provider, server: Server): void
  on<E extends keyof VigilEvents>(event: E, listener: (detail: VigilEvents[E]) => void): () => void
  /** Resolves when the policy in force and the population are loaded; rejects when they cannot be. */
  ready(): Promise<void>
  close(): Promise<void>

  /**
   * The `login` member of an interaction result: truthful `acr`, merged `amr`, `ts`. Call it after the person passed. `typing` is how the
   * password was typed: the policy decides what follows from it, and it never makes the result better.
   */
  loginResult(
    details: Interaction,
    passed: {
      readonly accountId: string
      readonly amr: readonly string[]
      /** Ids of the factors that passed, for policies that demand some. Default: those whose values are all in `amr`. */
      readonly factors?: readonly string[]
      readonly typing?: LoginTyping
    }
  ): Promise<NonNullable<InteractionResults['login']>>
  /** The person has another password: how the old one was typed is forgotten. */
  passwordChanged(accountId: string): Promise<void>
  /** Logins from which it is known how the person types their password; 0 = it is not known. */
  loginsLearnt(accountId: string): Promise<number>
  /** Says why the interaction asks; undefined for a plain login. */
  challengeOf(details: Interaction): Promise<ChallengeView | undefined>

  readonly phrases: VigilPhrases
  /** Token that lets a page of the provider itself open the channel; goes to the agent with the session cookie. */
  pageToken(uid: string, purpose: ChannelPurpose): string
  person(accountId: string): Promise<Person | undefined>
  /** Records that the person agreed to being watched. */
  giveConsent(accountId: string): Promise<void>
  /** Withdraws: profiles are erased, streams end, access stays. */
  withdrawConsent(accountId: string): Promise<void>
  trainingStatus(accountId: string): Promise<TrainingStatus>
  /**
   * What a session lacks before its person may do what decides who they are later: teach their hands, set up a factor, see or hand over what is
   * known of them. Undefined when it lacks nothing.
   */
  proofNeeded(uid: string): Promise<ProofNeeded | undefined>
  /** Forgets what a lesson has collected and not yet made into a profile. */
  startLessonOver(accountId: string): Promise<void>
  /** Versions of a person's profile for a class of device (default `keyboard`) that are kept, and what their visits of late say of it. */
  profileHistory(accountId: string, device?: DeviceClass): Promise<ProfileHistory>
  /**
   * Puts an earlier version of a profile back, byte for byte, as the next one; resolves to its number. Throws `not_found` for a person or a
   * version that is not there, `profile_corrupt` when it cannot be read, `conflict` when another version came in between.
   */
  rollBackProfile(accountId: string, version: number, device?: DeviceClass): Promise<number>
  /** Live sessions of a person, newest first, with what is known of each. */
  sessionsOf(accountId: string): Promise<readonly SessionRecord[]>
  /** Live sessions of a person for an account page, newest proof first. */
  personSessions(accountId: string): Promise<readonly PersonSession[]>
  /** "End this session". Throws `not_found` for a session that is not this person's, or has ended. */
  endSession(accountId: string, uid: string): Promise<void>
  /** "Sign out everywhere", or everywhere but in `except`; resolves to how many sessions were ended. */
  endSessions(accountId: string, how?: { readonly except?: string }): Promise<number>
  /** Present assurance and risk of a session, as tokens would tell it; undefined for one that is not known, or has ended, in whichever way. */
  standing(uid: string): Promise<SessionStandingView | undefined>
  /** What was decided about a person, newest first. */
  decisionsOf(accountId: string, most?: number): Promise<readonly Decision[]>
  /**
   * The person says whether a doubt was about them; ask for a strong proof first. "Not me" ends all their other sessions and takes back
   * what was learnt since. Throws `not_found` for what nobody is asked about, `conflict` for what was answered.
   */
  answerDecision(accountId: string, id: number, was: 'me' | 'not_me', sessionUid: string): Promise<void>
  /** One for each class of device on which the person is known. */
  portraitsOf(accountId: string): Promise<readonly Portrait[]>
  /** Everything that Vigil keeps of a person, as plain data; no secrets, and no material that would let somebody imitate them. */
  exportOf(accountId: string): Promise<Readonly<Record<string, unknown>>>
  /** Ends the person's sessions and erases all that Vigil keeps of them; the audit log keeps that it happened. */
  erasePerson(accountId: string): Promise<void>
  /** Ends a session in the order of OIDC: tombstone, back-channel logout, grants, session. */
  revoke(uid: string, reason: string): Promise<void>
  /** Evidence from outside the behaviour (an operator, another detector): enters by the same door and is audited. */
  reportRisk(uid: string, level: RiskLevel, reason: string): Promise<void>
}
