/** Why the vault refused. Stable names; the messages are for developers. */
export type VaultErrorCode =
  | 'wrong-password'
  | 'password-too-short'
  | 'password-too-long'
  | 'password-character'
  | 'password-common'
  | 'password-personal'
  | 'weak-stretching'
  | 'excessive-stretching'
  | 'other-origin'
  | 'wrong-key'
  | 'damaged'
  | 'truncated'
  | 'malformed'
  | 'unsupported'
  | 'bad-signature'
  | 'unknown-sender-key'
  | 'wrong-sender'
  | 'wrong-message'
  | 'wrong-file'
  | 'wrong-certificate'
  | 'too-many-keys'
  | 'foreign-vault'
  | 'older-vault'
  | 'vault-leapt'
  | 'forked-vault'
  | 'unreadable-vault'
  | 'foreign-parcel'
  | 'certificate-expired'
  | 'certificate-not-yet'
  | 'signed-later'
  | 'not-openable'
  | 'certificate-revoked'
  | 'certificate-unusable'
  | 'protocol'
  | 'unreadable'
  | ReadersErrorCode;

/** The `guessing` module: which passwords are tried first by somebody who knows these words of the person. */
export interface Guessing {
  isGuessedEarly(password: string, known: string[]): boolean;
}

/** Why nothing may be sealed to what the portal answered about recipients. */
export type ReadersErrorCode =
  | 'recipient-not-asked'
  | 'recipient-not-answered'
  | 'recipient-answered-twice'
  | 'key-of-another-address'
  | 'own-key-for-another'
  | 'another-key-as-own'
  | 'own-address-elsewhere'
  | 'several-keys'
  | 'key-unusable'
  | 'former-needed'
  | 'keys-changed';

/** What every function and method of this module throws. */
export interface VaultError extends Error {
  readonly name: 'VaultError';
  readonly code: VaultErrorCode;
  /** Where it is about recipients, which. */
  readonly addresses?: string[];
  /** The keys that changed, where they did. */
  readonly keys?: ChangedKey[];
}

/** Under what a portal has a password proved, as it answers. */
export interface PasswordSetup {
  /** Where the portal is reached. */
  origin: string;
  number: number;
  stretching: { memory_kib: number; passes: number };
}

/** Somebody in a letter's head. */
export interface Correspondent {
  name?: string;
  address: string;
}

/** A file of a letter: all that is needed to fetch it, open it and know that it is the right one. Holds its key. */
export interface FileRef {
  name: string;
  mediaType: string;
  /** How many bytes it has, opened. */
  size: number;
  /** The hash of the sealed bytes in hexadecimal: their name in the portal's store. */
  sha256: string;
  /** The session key in base64. */
  key: string;
}

/** A file that has just been sealed. */
export interface SealedFile extends FileRef {
  sealedSize: number;
}

/** A letter to be sealed. It has no Bcc: who else gets it does not stand in it. */
export interface Letter {
  from: Correspondent;
  to: Correspondent[];
  cc: Correspondent[];
  subject: string;
  text: string;
  html?: string;
  files: FileRef[];
}

/** A letter that was opened and whose signature was verified. `html` is unclean: sanitise it before showing it. */
export interface OpenedLetter extends Letter {
  /** The time in its Date header, in UTC milliseconds. */
  date: number;
  /** When the signature says it was made, in UTC milliseconds. */
  signedAt: number;
  /** The fingerprint of the certificate that verified it, in hexadecimal. */
  fingerprint: string;
}

/** What a list shows of a message. */
export interface Cover {
  subject: string;
  senderName: string;
  snippet: string;
  files: string[];
}

/** Somebody whom a message is to go to; `formerly` where the portal named their address in place of that one. */
export interface Addressee {
  address: string;
  formerly?: string;
}

/** What the portal answers of an address, as it stands in its JSON. */
export interface Recipient {
  address: string;
  account: string;
  name?: string | null;
  standing: 'registered' | 'invited';
  certificate: string;
  predecessors?: { certificate: string; statement: string }[];
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

/** What lets one account open a message. */
export interface KeyPacket {
  account: string;
  /** The certificate's, in hexadecimal. */
  fingerprint: string;
  packet: Uint8Array;
}

/** A certificate that an address had before, and what its key signed of the one that follows. */
export interface Predecessor {
  certificate: Uint8Array;
  statement: Uint8Array;
}

/**
 * How a correspondent's key compares with those seen before. `unconfirmed` was seen in messages that were read, and
 * nobody but the portal says whose it is. One that has succeeded wants to be remembered, and nobody
 * needs to be warned of it; `before` is the fingerprint last seen.
 */
export type Sight =
  | { sight: 'first' }
  | { sight: 'same' }
  | { sight: 'unconfirmed' }
  | { sight: 'succeeded'; before: string }
  | { sight: 'changed'; before: string };

/** All that the portal stores of a new account, and the account's open vault. */
export interface Registered {
  upload: Uint8Array;
  certificate: Uint8Array;
  sealedVault: Uint8Array;
  /** The id of the way in by the password, as it stands in the vault. */
  slot: string;
  passwordSlot: Uint8Array;
  vault: OpenVault;
}

/** What a parcel comes of, as the portal says. Its giver's signature must say the same. */
export type ParcelOrigin =
  | { kind: 'claim'; claim: string }
  | { kind: 'invitation'; account: string; address: string };

/** What a pass is for. None is taken for another. */
export type PassPurpose = 'activation' | 'hand-over';

/** What opens a vault without the password: `secret` to keep, `token` and `wrapped` for the portal. */
export interface MadePass {
  secret: Uint8Array;
  token: Uint8Array;
  wrapped: Uint8Array;
}

/** What a certificate says. */
export interface CertificateInfo {
  fingerprint: string;
  addresses: string[];
}

/** Gives `length` bytes from `offset`, synchronously: `FileReaderSync` in a worker, `readSync` in Node. */
export type ReadAt = (offset: number, length: number) => Uint8Array;
