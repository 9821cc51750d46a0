// The WebAssembly modules as this code uses them: what tools/build-wasm writes to ./module/.
// Once they stand there, their own declarations take precedence over these.
declare module '*/module/vault_wasm.js' {
  import type { Recipient } from '../api/types';
  import type {
    Addressee,
    ChangedKey,
    Cover,
    FileRef,
    KeyPacket,
    LetterIn,
    MadePass,
    Opened,
    ParcelOrigin,
    PassPurpose,
    PasswordSetup,
    Predecessor,
    Reader,
    Sight,
  } from './protocol';

  export default function init(source: { module_or_path: string }): Promise<unknown>;

  export class RegistrationAttempt {
    readonly request: Uint8Array;
    finish(
      response: Uint8Array,
      setup: PasswordSetup,
      origin: string,
      account: string,
      address: string,
      nowMs: number,
    ): Registered;
  }
  export interface Registered {
    upload: Uint8Array;
    certificate: Uint8Array;
    sealedVault: Uint8Array;
    slot: string;
    passwordSlot: Uint8Array;
    vault: OpenVault;
  }
  export class SignInAttempt {
    readonly request: Uint8Array;
    finish(response: Uint8Array, setup: PasswordSetup, origin: string): SignInProof;
    free(): void;
  }
  export class SignInProof {
    readonly finalization: Uint8Array;
    openVault(sealedVault: Uint8Array, passwordSlot: Uint8Array, account: string, lastSeen?: Uint8Array): OpenVault;
    acceptVault(
      chosen: Uint8Array,
      sealedVault: Uint8Array,
      passwordSlot: Uint8Array,
      account: string,
      lastSeen?: Uint8Array,
    ): OpenVault;
    free(): void;
  }
  export function passToken(purpose: PassPurpose, secret: Uint8Array): Uint8Array;
  export interface Guessing {
    isGuessedEarly(password: string, known: string[]): boolean;
  }
  export function passwordRule(password: string, known: string[], guessing: Guessing): string | undefined;
  export function startRegistration(password: string, known: string[], guessing: Guessing): RegistrationAttempt;
  export function startSignIn(password: string): SignInAttempt;
  export function readCertificate(certificate: Uint8Array): { fingerprint: string; addresses: string[] };

  export class OpenVault {
    static reload(
      sealedVault: Uint8Array,
      wrappedKey: Uint8Array,
      reloadKey: Uint8Array,
      account: string,
      lastSeen?: Uint8Array,
    ): OpenVault;
    readonly joined: boolean;
    readonly certificate: Uint8Array;
    readonly fingerprint: string;
    static withPass(
      purpose: PassPurpose,
      secret: Uint8Array,
      wrappedKey: Uint8Array,
      sealedVault: Uint8Array,
      account: string,
      lastSeen?: Uint8Array,
    ): OpenVault;
    makePass(purpose: PassPurpose): MadePass;
    wrapForReload(reloadKey: Uint8Array): Uint8Array;
    lock(): Uint8Array;
    wasStored(sealedVault: Uint8Array): void;
    takeIn(parcel: Uint8Array, origin: ParcelOrigin): boolean;
    joinKeys(pastVault: Uint8Array): boolean;
    certify(addresses: string[], nowMs: number): Uint8Array;
    adopt(certificate: Uint8Array): void;
    handOver(recipient: Uint8Array, claim: string, nowMs: number): Uint8Array;
    succession(address: string, successor: string, nowMs: number): Uint8Array;
    seen(address: string, fingerprint: string, predecessors: Predecessor[]): Sight;
    seenForSealing(address: string, fingerprint: string, predecessors: Predecessor[]): Sight;
    saw(address: string, fingerprint: string, predecessors: Predecessor[]): boolean;
    remember(address: string, fingerprint: string): boolean;
    firstContacts(addressees: Addressee[]): string[];
    checkReaders(
      ownAccount: string,
      addressees: Addressee[],
      answer: Recipient[],
      former: Recipient[] | undefined,
    ): Readers;
    rememberReaders(readers: Readers): boolean;
    acceptKeys(keys: ChangedKey[]): boolean;
    seal(letter: LetterIn, messageId: string, readers: Readers, nowMs: number): Sealed;
    openCover(
      messageId: string,
      keyPacket: Uint8Array,
      cover: Uint8Array,
      senderCertificate: Uint8Array,
      nowMs: number,
    ): Cover;
    openBody(
      messageId: string,
      keyPacket: Uint8Array,
      body: Uint8Array,
      senderCertificate: Uint8Array,
      nowMs: number,
    ): Opened;
    free(): void;
  }
  export class Readers {
    readonly list: Reader[];
    free(): void;
  }
  export class Sealed {
    readonly cover: Uint8Array;
    readonly body: Uint8Array;
    readonly keyPackets: KeyPacket[];
    keyPacketsFor(readers: Readers): KeyPacket[];
    free(): void;
  }
  export class FileSealer {
    constructor(read: (offset: number, length: number) => Uint8Array, size: number, name: string, mediaType: string);
    next(): Uint8Array | undefined;
    finish(): FileRef & { sealedSize: number };
    free(): void;
  }
  export class FileOpener {
    constructor(read: (offset: number, length: number) => Uint8Array, sealedSize: number, file: FileRef);
    next(): Uint8Array | undefined;
    free(): void;
  }
}

declare module '*/module/guessing.js' {
  export default function init(source: { module_or_path: string }): Promise<unknown>;

  export function isGuessedEarly(password: string, known: string[]): boolean;
}

declare module '*.wasm?url' {
  const url: string;
  export default url;
}
