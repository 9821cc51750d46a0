// The vault runs here, off the page's thread: its secrets stay in this worker's memory and go with it at sign-out.
import init, * as module from './module/vault_wasm.js';
import source from './module/vault_wasm_bg.wasm?url';
import { openFile, sealFile, type Step } from './files';
import {
  CANCELLED,
  type Call,
  type FromWorker,
  type OpenedCover,
  type OperationName,
  type Operations,
  type SealedPart,
  type Succession,
  type ToWorker,
} from './protocol';

const post = (message: FromWorker) => postMessage(message);

let loading: Promise<unknown> | undefined;
let registration: module.RegistrationAttempt | undefined;
let signIn: module.SignInAttempt | undefined;
let proof: module.SignInProof | undefined;
let vault: module.OpenVault | undefined;
/** The vault of an account that is being absorbed, or that lets an address go. */
let other: module.OpenVault | undefined;
// The message sealed last keeps its session key here, so that other key packets can be made for it.
let sealed: { id: string; message: module.Sealed } | undefined;
const cancelled = new Set<number>();

class Misuse extends Error {
  readonly code = 'not-open';
}

function open(): module.OpenVault {
  if (!vault) throw new Misuse('the vault is not open');
  return vault;
}

function openOther(): module.OpenVault {
  if (!other) throw new Misuse('no second vault is open');
  return other;
}

function replace(next: module.OpenVault): void {
  vault?.free();
  vault = next;
}

/** The vault that belongs to the password that was proved last; the proof is good for this once. */
function openProved(sealedVault: Uint8Array, passwordSlot: Uint8Array): module.OpenVault {
  if (!proof) throw new Misuse('no sign-in was finished');
  try {
    return proof.openVault(sealedVault, passwordSlot);
  } finally {
    dropProof();
  }
}

function dropProof(): void {
  proof?.free();
  proof = undefined;
}

function closeOther(): void {
  other?.free();
  other = undefined;
  dropProof();
}

function openCover(part: SealedPart): OpenedCover {
  try {
    return { cover: open().openCover(part.message, part.keyPacket, part.sealed, part.senderCertificate) };
  } catch (error) {
    return { failure: codeOf(error) };
  }
}

type Handlers = {
  [Name in OperationName]: (
    ...args: [...Parameters<Operations[Name]>, Step]
  ) => ReturnType<Operations[Name]> | Promise<ReturnType<Operations[Name]>>;
};

const handlers: Handlers = {
  load: () => undefined,
  passwordRule: (password, known) => module.passwordRule(password, known),
  startRegistration(password, known) {
    registration = module.startRegistration(password, known);
    return registration.request;
  },
  finishRegistration(response, setup, address, nowMs) {
    if (!registration) throw new Misuse('no registration was started');
    const made = registration.finish(response, setup, location.origin, address, nowMs);
    registration = undefined;
    const { upload, certificate, sealedVault, passwordSlot } = made;
    replace(made.vault);
    return { upload, certificate, sealedVault, passwordSlot };
  },
  startSignIn(password) {
    signIn?.free();
    signIn = module.startSignIn(password);
    return signIn.request;
  },
  finishSignIn(response, setup) {
    if (!signIn) throw new Misuse('no sign-in was started');
    const attempt = signIn;
    signIn = undefined;
    dropProof();
    proof = attempt.finish(response, setup, location.origin);
    return proof.finalization;
  },
  openWithPassword(sealedVault, passwordSlot) {
    replace(openProved(sealedVault, passwordSlot));
  },
  openAfterReload(sealedVault, wrappedKey, reloadKey) {
    replace(module.OpenVault.reload(sealedVault, wrappedKey, reloadKey));
  },
  wrapForReload: (reloadKey) => open().wrapForReload(reloadKey),
  makePass: (purpose) => open().makePass(purpose),
  passToken: (purpose, secret) => module.passToken(purpose, secret),
  openWithPass(purpose, secret, wrappedKey, sealedVault) {
    replace(module.OpenVault.withPass(purpose, secret, wrappedKey, sealedVault));
  },
  identity: () => ({ fingerprint: open().fingerprint, certificate: open().certificate }),
  certify: (addresses, nowMs) => open().certify(addresses, nowMs),
  adopt: (certificate) => open().adopt(certificate),
  addressesIn: (certificate) => module.readCertificate(certificate),
  lock: () => open().lock(),
  takeIn: (parcel) => open().takeIn(parcel),
  seen: (address, fingerprint, predecessors) => open().seen(address, fingerprint, predecessors),
  seenForSealing: (address, fingerprint, predecessors) => open().seenForSealing(address, fingerprint, predecessors),
  remember: (address, fingerprint) => open().remember(address, fingerprint),
  openCovers: (parts) => parts.map(openCover),
  openBody: (part) => open().openBody(part.message, part.keyPacket, part.sealed, part.senderCertificate),
  seal(letter, messageId, certificates, nowMs) {
    sealed?.message.free();
    sealed = undefined;
    const message = open().seal(letter, messageId, certificates, nowMs);
    sealed = { id: messageId, message };
    return { cover: message.cover, body: message.body, keyPackets: message.keyPackets };
  },
  sealAgain(messageId, certificates) {
    if (sealed?.id !== messageId) throw new Misuse('another message was sealed since');
    return sealed.message.keyPacketsFor(certificates);
  },
  sealFile: (file, step) =>
    sealFile(file, (read) => new module.FileSealer(read, file.size, file.name, file.type), step),
  openFile: (blob, file, step) => openFile(blob, (read) => new module.FileOpener(read, blob.size, file), step),
  openOther(sealedVault, passwordSlot) {
    const opened = openProved(sealedVault, passwordSlot);
    closeOther();
    other = opened;
  },
  otherSeen: (address, fingerprint) => openOther().seenForSealing(address, fingerprint, []),
  otherHandsOver(claimantCertificate, addresses, nowMs) {
    const { fingerprint } = module.readCertificate(claimantCertificate);
    const successions = addresses.map((address) => succession(address, fingerprint, nowMs));
    return { parcel: openOther().handOver(claimantCertificate, nowMs), successions, fingerprint };
  },
  otherMoves(claimantCertificate, address, nowMs) {
    const { fingerprint } = module.readCertificate(claimantCertificate);
    return { succession: succession(address, fingerprint, nowMs), fingerprint };
  },
  closeOther,
};

function succession(address: string, fingerprint: string, nowMs: number): Succession {
  return { address, statement: openOther().succession(address, fingerprint, nowMs) };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
}

async function answer({ id, name, args }: Call): Promise<void> {
  const step: Step = async (done, total) => {
    post({ id, done, total });
    // A turn of the event loop lets covers be opened and a cancellation arrive in the middle of a large file.
    await new Promise((resume) => setTimeout(resume));
    if (cancelled.has(id)) throw Object.assign(new Error('cancelled'), { code: CANCELLED });
  };
  try {
    loading ??= init({ module_or_path: source });
    await loading.catch((cause: unknown) => {
      throw Object.assign(new Error('the vault module did not load', { cause }), { code: 'module-failed' });
    });
    const handler = handlers[name] as (...args: unknown[]) => unknown;
    post({ id, value: await handler(...args, step) });
  } catch (error) {
    post({ id, code: codeOf(error), message: error instanceof Error ? error.message : String(error) });
  } finally {
    cancelled.delete(id);
  }
}

addEventListener('message', (event: MessageEvent<ToWorker>) => {
  if ('cancel' in event.data) cancelled.add(event.data.id);
  else void answer(event.data);
});
