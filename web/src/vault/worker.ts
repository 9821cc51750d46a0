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
  type ToWorker,
} from './protocol';

const post = (message: FromWorker) => postMessage(message);

let loading: Promise<unknown> | undefined;
let registration: module.RegistrationAttempt | undefined;
let signIn: module.SignInAttempt | undefined;
let proof: module.SignInProof | undefined;
let vault: module.OpenVault | undefined;
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

function replace(next: module.OpenVault): void {
  vault?.free();
  vault = next;
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
  startRegistration(password) {
    registration = module.startRegistration(password);
    return registration.request;
  },
  finishRegistration(response, address, nowMs) {
    if (!registration) throw new Misuse('no registration was started');
    const made = registration.finish(response, address, nowMs);
    registration = undefined;
    const { upload, certificate, sealedVault, passwordSlot } = made;
    replace(made.vault);
    return { upload, certificate, sealedVault, passwordSlot };
  },
  startSignIn(password) {
    signIn = module.startSignIn(password);
    return signIn.request;
  },
  finishSignIn(response) {
    if (!signIn) throw new Misuse('no sign-in was started');
    const attempt = signIn;
    signIn = undefined;
    proof = attempt.finish(response);
    return proof.finalization;
  },
  openWithPassword(sealedVault, passwordSlot) {
    if (!proof) throw new Misuse('no sign-in was finished');
    replace(proof.openVault(sealedVault, passwordSlot));
    proof = undefined;
  },
  openAfterReload(sealedVault, wrappedKey, reloadKey) {
    replace(module.OpenVault.reload(sealedVault, wrappedKey, reloadKey));
  },
  wrapForReload: (reloadKey) => open().wrapForReload(reloadKey),
  identity: () => ({ fingerprint: open().fingerprint, certificate: open().certificate }),
  lock: () => open().lock(),
  takeIn: (parcel) => open().takeIn(parcel),
  seen: (address, fingerprint) => open().seen(address, fingerprint),
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
};

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
