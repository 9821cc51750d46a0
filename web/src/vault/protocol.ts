// What passes between the page and the worker that holds the vault. The page never sees a secret key or the vault key.

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

export interface KeyPacket {
  fingerprint: string;
  packet: Uint8Array;
}

/** A key that an address had before, and its statement that the address has another now. */
export interface Predecessor {
  certificate: Uint8Array;
  statement: Uint8Array;
}

/**
 * How a correspondent's key compares with those that were seen. `succeeded`: a key that was seen says that this one
 * follows it; remembered, it counts as `same` from then on.
 */
export type Sight = { sight: 'first' } | { sight: 'same' } | { sight: 'succeeded' | 'changed'; before: string };

/** What a key says of the one that an address has from now on. */
export interface Succession {
  address: string;
  statement: Uint8Array;
}

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
  /** One for each certificate, in their order. */
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
  /** Which rule a password breaks that is to be chosen, by its code. `known`: address, name, the portal's name. */
  passwordRule(password: string, known: string[]): string | undefined;
  startRegistration(password: string, known: string[]): Uint8Array;
  finishRegistration(
    response: Uint8Array,
    setup: PasswordSetup,
    address: string,
    nowMs: number,
  ): { upload: Uint8Array; certificate: Uint8Array; sealedVault: Uint8Array; passwordSlot: Uint8Array };
  startSignIn(password: string): Uint8Array;
  finishSignIn(response: Uint8Array, setup: PasswordSetup): Uint8Array;
  openWithPassword(sealedVault: Uint8Array, passwordSlot: Uint8Array): void;
  openAfterReload(sealedVault: Uint8Array, wrappedKey: Uint8Array, reloadKey: Uint8Array): void;
  wrapForReload(reloadKey: Uint8Array): Uint8Array;
  /** A fresh pass for the open vault. */
  makePass(purpose: PassPurpose): MadePass;
  /** What the portal is shown of a pass that was kept. */
  passToken(purpose: PassPurpose, secret: Uint8Array): Uint8Array;
  openWithPass(purpose: PassPurpose, secret: Uint8Array, wrappedKey: Uint8Array, sealedVault: Uint8Array): void;
  identity(): { fingerprint: string; certificate: Uint8Array };
  /** Makes the own certificate anew with these addresses, the Master first. */
  certify(addresses: string[], nowMs: number): Uint8Array;
  /** Takes the portal's copy for the own certificate; refused unless it is of the same key, which signed all of it. */
  adopt(certificate: Uint8Array): void;
  /** What any certificate says; refused where it may not be used. */
  addressesIn(certificate: Uint8Array): { fingerprint: string; addresses: string[] };
  lock(): Uint8Array;
  takeIn(parcel: Uint8Array): void;
  /** How the key that signed something received compares: any that was seen is `same`. */
  seen(address: string, fingerprint: string, predecessors: Predecessor[]): Sight;
  /** How a key compares that something is about to be sealed to: only the one seen last is `same`. */
  seenForSealing(address: string, fingerprint: string, predecessors: Predecessor[]): Sight;
  /** Whether that changed the vault, which then wants to be stored. */
  remember(address: string, fingerprint: string): boolean;
  openCovers(parts: SealedPart[]): OpenedCover[];
  openBody(part: SealedPart): Opened;
  seal(letter: LetterIn, messageId: string, certificates: Uint8Array[], nowMs: number): SealedMessage;
  /** Key packets for other certificates, for the message that was sealed last. */
  sealAgain(messageId: string, certificates: Uint8Array[]): KeyPacket[];
  sealFile(file: File): SealedFile;
  openFile(sealed: Blob, file: FileRef): Blob;
  /**
   * Opens a second vault beside the signed-in one, which stays: that of an account whose password `finishSignIn` has just
   * proved. Whoever calls this or `finishSignIn` without signing in calls `closeOther` in the end, whatever happened.
   */
  openOther(sealedVault: Uint8Array, passwordSlot: Uint8Array): void;
  /** How the second vault knows an address' key: the claimant's, before anything is sealed to it. */
  otherSeen(address: string, fingerprint: string): Sight;
  /** The whole keyring of the second vault, sealed to the claimant, and what its key says of each of these addresses. */
  otherHandsOver(
    claimantCertificate: Uint8Array,
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
  | { id: number; code: string; message: string }
  | { id: number; done: number; total: number };

/** The code of a call that was cancelled. */
export const CANCELLED = 'cancelled';
