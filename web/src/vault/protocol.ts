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

/** How a correspondent's key compares with the one that was seen last. */
export type Sight = { sight: 'first' } | { sight: 'same' } | { sight: 'changed'; before: string };

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
  startRegistration(password: string): Uint8Array;
  finishRegistration(
    response: Uint8Array,
    address: string,
    nowMs: number,
  ): { upload: Uint8Array; certificate: Uint8Array; sealedVault: Uint8Array; passwordSlot: Uint8Array };
  startSignIn(password: string): Uint8Array;
  finishSignIn(response: Uint8Array): Uint8Array;
  openWithPassword(sealedVault: Uint8Array, passwordSlot: Uint8Array): void;
  openAfterReload(sealedVault: Uint8Array, wrappedKey: Uint8Array, reloadKey: Uint8Array): void;
  wrapForReload(reloadKey: Uint8Array): Uint8Array;
  identity(): { fingerprint: string; certificate: Uint8Array };
  lock(): Uint8Array;
  takeIn(parcel: Uint8Array): void;
  seen(address: string, fingerprint: string): Sight;
  remember(address: string, fingerprint: string): void;
  openCovers(parts: SealedPart[]): OpenedCover[];
  openBody(part: SealedPart): Opened;
  seal(letter: LetterIn, messageId: string, certificates: Uint8Array[], nowMs: number): SealedMessage;
  /** Key packets for other certificates, for the message that was sealed last. */
  sealAgain(messageId: string, certificates: Uint8Array[]): KeyPacket[];
  sealFile(file: File): SealedFile;
  openFile(sealed: Blob, file: FileRef): Blob;
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
