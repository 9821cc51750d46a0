// What passes between the page and the worker that holds the vault. The page never sees a secret key or the vault key.
import type { Recipient } from '../api/types';

export interface Mailbox {
  name?: string;
  address: string;
}

/** A file as the signed body names it: where it lies sealed, and the key that opens it. */
export interface FileRef {
  name: string;
  mediaType: string;
  /** Bytes, opened. */
  size: number;
  /** The hash of the sealed bytes, hexadecimal. */
  sha256: string;
  /** The file's session key, base64. */
  key: string;
}

export interface LetterIn {
  from: Mailbox;
  to: Mailbox[];
  cc: Mailbox[];
  subject: string;
  text: string;
  html?: string;
  files: FileRef[];
}

export interface Cover {
  subject: string;
  senderName: string;
  snippet: string;
  files: string[];
}

export interface Opened {
  from: Mailbox;
  to: Mailbox[];
  cc: Mailbox[];
  subject: string;
  text: string;
  html?: string;
  /** Milliseconds since 1970, as the sender's client had it. */
  date: number;
  files: FileRef[];
  signedAt: number;
  /** Of the certificate that signed, 64 hexadecimal digits. */
  fingerprint: string;
}

/** Somebody a message is to go to; `formerly` where the portal said that this is their address now in place of that one. */
export interface Addressee {
  address: string;
  formerly?: string;
}

/** Whom a message may be sealed to; at first contact nothing vouches for the key but the portal. */
export interface Reader {
  address: string;
  fingerprint: string;
  acquaintance: 'own' | 'known' | 'successor' | 'first-contact';
}

/** Somebody whose key is not the one that is remembered, under `formerly` where that is another address. */
export interface ChangedKey {
  address: string;
  formerly?: string;
  before: string;
  now: string;
}

export interface KeyPacket {
  account: string;
  fingerprint: string;
  packet: Uint8Array;
}

/** A key that an address had before, and its statement that the address has another now. */
export interface Predecessor {
  certificate: Uint8Array;
  statement: Uint8Array;
}

/**
 * How a correspondent's key compares with those that were seen. `unconfirmed`: it signed messages that were read, and
 * nobody but the portal says whose it is. `succeeded`: a key that was seen says that this one
 * follows it; remembered, it counts as `same` from then on.
 */
export type Sight =
  | { sight: 'first' }
  | { sight: 'same' }
  | { sight: 'unconfirmed' }
  | { sight: 'succeeded' | 'changed'; before: string };

/** What a key says of the one that an address has from now on. */
export interface Succession {
  address: string;
  statement: Uint8Array;
}

/** A vault that the portal serves, whose it must be, and the last one of that account that was seen. */
export interface ServedVault {
  sealed: Uint8Array;
  account: string;
  lastSeen: Uint8Array | undefined;
}

/** What a parcel comes of, as the portal says; its giver's signature must say the same. */
export type ParcelOrigin = { kind: 'claim'; claim: string } | { kind: 'invitation'; account: string; address: string };

/** Under what the portal has a password proved; refused where it is weaker than a client takes. */
export interface PasswordSetup {
  origin: string;
  number: number;
  stretching: { memory_kib: number; passes: number };
}

/** What a pass is for: an activated program keeps one, and so does the link of a hand-over. */
export type PassPurpose = 'activation' | 'hand-over';

/** What opens a vault without the password: `secret` is kept, the portal gets the others. */
export interface MadePass {
  secret: Uint8Array;
  token: Uint8Array;
  wrapped: Uint8Array;
}

export interface SealedMessage {
  cover: Uint8Array;
  body: Uint8Array;
  /** One for each account, the own one included. */
  keyPackets: KeyPacket[];
}

export interface SealedFile {
  file: FileRef;
  sealed: Blob;
}

/** A sealed cover or body with all that opening it takes. */
export interface SealedPart {
  message: string;
  keyPacket: Uint8Array;
  sealed: Uint8Array;
  senderCertificate: Uint8Array;
}

export type OpenedCover = { cover: Cover } | { failure: string };

/** What the worker does when asked. Each call names the operation and gives its arguments. */
export interface Operations {
  load(): void;
  /** Gets ready for a password to be chosen: loads what tells those that are tried first. */
  loadGuessing(): void;
  /** Which rule a password breaks that is to be chosen, by its code. `known`: address, name, the portal's name. */
  passwordRule(password: string, known: string[]): string | undefined;
  startRegistration(password: string, known: string[]): Uint8Array;
  finishRegistration(
    response: Uint8Array,
    setup: PasswordSetup,
    account: string,
    address: string,
    nowMs: number,
  ): { upload: Uint8Array; certificate: Uint8Array; sealedVault: Uint8Array; slot: string; passwordSlot: Uint8Array };
  startSignIn(password: string): Uint8Array;
  finishSignIn(response: Uint8Array, setup: PasswordSetup): Uint8Array;
  /**
   * Opens a vault that the portal serves, compared with the last one of the account that was seen here. Whether it was
   * joined of two that came of one, and wants to be stored. Where it is refused as older or unreadable, the password stays
   * proved for `acceptVault`, or until `closeOther`.
   */
  openWithPassword(served: ServedVault, passwordSlot: Uint8Array): boolean;
  /** Opens a vault that the person chose in place of the served one; it wants to be stored. */
  acceptVault(chosen: Uint8Array, served: ServedVault, passwordSlot: Uint8Array): void;
  openAfterReload(served: ServedVault, wrappedKey: Uint8Array, reloadKey: Uint8Array): boolean;
  wrapForReload(reloadKey: Uint8Array): Uint8Array;
  /** A fresh pass for the open vault. */
  makePass(purpose: PassPurpose): MadePass;
  /** What the portal is shown of a pass that was kept. */
  passToken(purpose: PassPurpose, secret: Uint8Array): Uint8Array;
  openWithPass(purpose: PassPurpose, secret: Uint8Array, wrappedKey: Uint8Array, served: ServedVault): boolean;
  identity(): { fingerprint: string; certificate: Uint8Array };
  /** Makes the own certificate anew with these addresses, the Master first. */
  certify(addresses: string[], nowMs: number): Uint8Array;
  /** Takes the portal's copy for the own certificate; refused unless it is of the same key, which signed all of it. */
  adopt(certificate: Uint8Array): void;
  /** What any certificate says; refused where it may not be used. */
  addressesIn(certificate: Uint8Array): { fingerprint: string; addresses: string[] };
  /** The twelve characters of a claim on an address by whoever has that key, in groups of four. */
  claimCharacters(address: string, fingerprint: string): string;
  /** Whether somebody typed these. */
  areClaimCharacters(address: string, fingerprint: string, typed: string): boolean;
  lock(): Uint8Array;
  /** The portal has what was locked. */
  wasStored(sealedVault: Uint8Array): void;
  /** Whether any key was new. */
  takeIn(parcel: Uint8Array, origin: ParcelOrigin): boolean;
  /** Takes the keys of a past vault in: they open, and nothing else of it counts. Whether any was new. */
  joinKeys(pastVault: Uint8Array): boolean;
  /** How the key that signed something received compares: any that was seen is `same` or `unconfirmed`. */
  seen(address: string, fingerprint: string, predecessors: Predecessor[]): Sight;
  /** Keeps what an opened message shows of its signer's key. Whether that changed the vault. */
  saw(address: string, fingerprint: string, predecessors: Predecessor[]): boolean;
  /** Makes a key known. Whether that changed the vault, which then wants to be stored. */
  remember(address: string, fingerprint: string): boolean;
  openCovers(parts: SealedPart[]): OpenedCover[];
  openBody(part: SealedPart): Opened;
  /** Those of whom no key is remembered, before the portal is asked. */
  firstContacts(addressees: Addressee[]): string[];
  /**
   * Checks what the portal answered to who has these addresses; nothing else decides whom that message is sealed to.
   * `former` is what it answered about former addresses, where this failed by `former-needed` before.
   */
  checkReaders(
    messageId: string,
    ownAccount: string,
    addressees: Addressee[],
    answer: Recipient[],
    former: Recipient[] | undefined,
  ): Reader[];
  /** Remembers the keys of those readers who are new. Whether that changed the vault, which then wants to be stored. */
  rememberReaders(messageId: string): boolean;
  /** Takes changed keys as those of the people, who were asked. Whether that changed the vault. */
  acceptKeys(keys: ChangedKey[]): boolean;
  /** Seals to the readers who were checked for that message. */
  seal(letter: LetterIn, messageId: string, nowMs: number): SealedMessage;
  /** Key packets for readers who were checked since, for the message that was sealed last. */
  sealAgain(messageId: string): KeyPacket[];
  sealFile(file: File): SealedFile;
  openFile(sealed: Blob, file: FileRef): Blob;
  /**
   * Opens a second vault beside the signed-in one, which stays: that of an account whose password `finishSignIn` has just
   * proved. Whoever calls this or `finishSignIn` without signing in calls `closeOther` in the end, whatever happened.
   */
  openOther(served: ServedVault, passwordSlot: Uint8Array): void;
  /** How the second vault knows an address' key: the claimant's, before anything is sealed to it. */
  otherSeen(address: string, fingerprint: string): Sight;
  /** The whole keyring of the second vault, sealed to the claimant, and what its key says of each of these addresses. */
  otherHandsOver(
    claimantCertificate: Uint8Array,
    claim: string,
    addresses: string[],
    nowMs: number,
  ): { parcel: Uint8Array; successions: Succession[]; fingerprint: string };
  /** What the second vault's key says of one address that moves to the claimant; no key is handed over. */
  otherMoves(
    claimantCertificate: Uint8Array,
    address: string,
    nowMs: number,
  ): { succession: Succession; fingerprint: string };
  /** Wipes the second vault, and a proof that opened nothing. Once more changes nothing. */
  closeOther(): void;
}

export type OperationName = keyof Operations;

export interface Call {
  id: number;
  name: OperationName;
  args: unknown[];
}

export type ToWorker = Call | { id: number; cancel: true };

export type FromWorker =
  | { id: number; value: unknown }
  | { id: number; code: string; message: string; addresses: string[]; keys: ChangedKey[] }
  | { id: number; done: number; total: number };

/** The code of a call that was cancelled. */
export const CANCELLED = 'cancelled';
