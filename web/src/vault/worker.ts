// The vault runs here, off the page's thread: its secrets stay in this worker's memory and go with it at sign-out.
import initGuessing, * as guessing from './module/guessing.js';
import guessingSource from './module/guessing_bg.wasm?url';
import init, * as module from './module/vault_wasm.js';
import source from './module/vault_wasm_bg.wasm?url';
import { openFile, sealFile, type Step } from './files';
import {
  CANCELLED,
  type Call,
  type ChangedKey,
  type FromWorker,
  type OpenedCover,
  type OperationName,
  type Operations,
  type SealedPart,
  type ServedVault,
  type Succession,
  type ToWorker,
} from './protocol';

const post = (message: FromWorker) => postMessage(message);

/** Loads a module for all who ask; where that failed, the next who asks tries again. */
function loadedOnce(load: () => Promise<unknown>, code: string): () => Promise<void> {
  let loading: Promise<unknown> | undefined;
  return async () => {
    loading ??= load();
    await loading.catch((cause: unknown) => {
      loading = undefined;
      throw Object.assign(new Error('a module did not load', { cause }), { code });
    });
  };
}

const loadVault = loadedOnce(() => init({ module_or_path: source }), 'module-failed');
// As large as the vault, and needed by nobody who signs in.
const loadGuessing = loadedOnce(() => initGuessing({ module_or_path: guessingSource }), 'guessing-failed');

let registration: module.RegistrationAttempt | undefined;
let signIn: module.SignInAttempt | undefined;
let proof: module.SignInProof | undefined;
let vault: module.OpenVault | undefined;
/** The vault of an account that is being absorbed, or that lets an address go. */
let other: module.OpenVault | undefined;
// The message sealed last keeps its session key here, so that other key packets can be made for it.
let sealed: { id: string; message: module.Sealed } | undefined;
// Whom a message may be sealed to, as it was checked last: nothing is sealed to anybody else.
let checked: { id: string; readers: module.Readers } | undefined;
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

function readersOf(messageId: string): module.Readers {
  if (checked?.id !== messageId) throw new Misuse('the readers of another message were checked since');
  return checked.readers;
}

function replace(next: module.OpenVault): boolean {
  vault?.free();
  vault = next;
  return next.joined;
}

/** What a person may get over: the proof stays until it is clear whether they do. */
const REFUSED_FOR_NOW = ['older-vault', 'unreadable-vault', 'forked-vault'];

/** The vault that belongs to the password that was proved last; the proof is good for one that opens. */
function openProved({ sealed, account, lastSeen }: ServedVault, passwordSlot: Uint8Array): module.OpenVault {
  if (!proof) throw new Misuse('no sign-in was finished');
  try {
    const opened = proof.openVault(sealed, passwordSlot, account, lastSeen);
    dropProof();
    return opened;
  } catch (error) {
    if (!REFUSED_FOR_NOW.includes(codeOf(error))) dropProof();
    throw error;
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
    return { cover: open().openCover(part.message, part.keyPacket, part.sealed, part.senderCertificate, Date.now()) };
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
  loadGuessing,
  async passwordRule(password, known) {
    await loadGuessing();
    return module.passwordRule(password, known, guessing);
  },
  async startRegistration(password, known) {
    await loadGuessing();
    registration = module.startRegistration(password, known, guessing);
    return registration.request;
  },
  finishRegistration(response, setup, account, address, nowMs) {
    if (!registration) throw new Misuse('no registration was started');
    const made = registration.finish(response, setup, location.origin, account, address, nowMs);
    registration = undefined;
    const { upload, certificate, sealedVault, slot, passwordSlot } = made;
    replace(made.vault);
    return { upload, certificate, sealedVault, slot, passwordSlot };
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
  openWithPassword: (served, passwordSlot) => replace(openProved(served, passwordSlot)),
  acceptVault(chosen, { sealed: served, account, lastSeen }, passwordSlot) {
    if (!proof) throw new Misuse('no sign-in was finished');
    replace(proof.acceptVault(chosen, served, passwordSlot, account, lastSeen));
    dropProof();
  },
  openAfterReload: ({ sealed: served, account, lastSeen }, wrappedKey, reloadKey) =>
    replace(module.OpenVault.reload(served, wrappedKey, reloadKey, account, lastSeen)),
  wrapForReload: (reloadKey) => open().wrapForReload(reloadKey),
  makePass: (purpose) => open().makePass(purpose),
  passToken: (purpose, secret) => module.passToken(purpose, secret),
  openWithPass: (purpose, secret, wrappedKey, { sealed: served, account, lastSeen }) =>
    replace(module.OpenVault.withPass(purpose, secret, wrappedKey, served, account, lastSeen)),
  identity: () => ({ fingerprint: open().fingerprint, certificate: open().certificate }),
  certify: (addresses, nowMs) => open().certify(addresses, nowMs),
  adopt: (certificate) => open().adopt(certificate),
  addressesIn: (certificate) => module.readCertificate(certificate),
  claimCharacters: (address, fingerprint) => module.claimCharacters(address, fingerprint),
  areClaimCharacters: (address, fingerprint, typed) => module.areClaimCharacters(address, fingerprint, typed),
  lock: () => open().lock(),
  wasStored: (sealedVault) => open().wasStored(sealedVault),
  takeIn: (parcel, origin) => open().takeIn(parcel, origin),
  joinKeys: (pastVault) => open().joinKeys(pastVault),
  seen: (address, fingerprint, predecessors) => open().seen(address, fingerprint, predecessors),
  saw: (address, fingerprint, predecessors) => open().saw(address, fingerprint, predecessors),
  remember: (address, fingerprint) => open().remember(address, fingerprint),
  openCovers: (parts) => parts.map(openCover),
  openBody: (part) => open().openBody(part.message, part.keyPacket, part.sealed, part.senderCertificate, Date.now()),
  firstContacts: (addressees) => open().firstContacts(addressees),
  checkReaders(messageId, ownAccount, addressees, answer, former) {
    checked?.readers.free();
    checked = undefined;
    const readers = open().checkReaders(ownAccount, addressees, answer, former);
    checked = { id: messageId, readers };
    return readers.list;
  },
  rememberReaders: (messageId) => open().rememberReaders(readersOf(messageId)),
  acceptKeys: (keys) => open().acceptKeys(keys),
  seal(letter, messageId, nowMs) {
    sealed?.message.free();
    sealed = undefined;
    const message = open().seal(letter, messageId, readersOf(messageId), nowMs);
    sealed = { id: messageId, message };
    return { cover: message.cover, body: message.body, keyPackets: message.keyPackets };
  },
  sealAgain(messageId) {
    if (sealed?.id !== messageId) throw new Misuse('another message was sealed since');
    return sealed.message.keyPacketsFor(readersOf(messageId));
  },
  sealFile: (file, step) =>
    sealFile(file, (read) => new module.FileSealer(read, file.size, file.name, file.type), step),
  openFile: (blob, file, step) => openFile(blob, (read) => new module.FileOpener(read, blob.size, file), step),
  openOther(served, passwordSlot) {
    const opened = openProved(served, passwordSlot);
    closeOther();
    other = opened;
  },
  otherSeen: (address, fingerprint) => openOther().seenForSealing(address, fingerprint, []),
  otherHandsOver(claimantCertificate, claim, addresses, nowMs) {
    const { fingerprint } = module.readCertificate(claimantCertificate);
    const successions = addresses.map((address) => succession(address, fingerprint, nowMs));
    return { parcel: openOther().handOver(claimantCertificate, claim, nowMs), successions, fingerprint };
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

/** What the vault says of a failure; where it is about recipients, about whom. */
function failureOf(error: unknown): Pick<Extract<FromWorker, { code: string }>, 'addresses' | 'keys'> {
  const { addresses = [], keys = [] } = error as { addresses?: string[]; keys?: ChangedKey[] };
  return { addresses, keys };
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
    await loadVault();
    const handler = handlers[name] as (...args: unknown[]) => unknown;
    post({ id, value: await handler(...args, step) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    post({ id, code: codeOf(error), message, ...failureOf(error) });
  } finally {
    cancelled.delete(id);
  }
}

addEventListener('message', (event: MessageEvent<ToWorker>) => {
  if ('cancel' in event.data) cancelled.add(event.data.id);
  else void answer(event.data);
});
