// Handing an address over with the password of the account that has it: alone, or with that account and its keys.
// Nothing leaves this browser unless the key that it is sealed to is the claimant's.
import { fromBase64, toBase64 } from '../../api/bytes';
import { isRefused } from '../../api/problem';
import type { ConfirmBy, Confirmed, ProvedOwner } from '../../api/types';
import { isVaultError } from '../../vault/client';
import type { Sight, Succession } from '../../vault/protocol';
import { canonical } from '../compose/recipients';

export type Step = 'comparing' | 'proving' | 'opening' | 'checking' | 'sealing' | 'confirming';

export const steps: readonly Step[] = ['comparing', 'proving', 'opening', 'checking', 'sealing', 'confirming'];

export interface HandOver {
  /** The claimed address. */
  address: string;
  /** The claimant's Master. */
  claimant: string;
  /** Of the claimant's key, as the page showed it before the password was given. */
  shownFingerprint: string;
  /** Of the claimant's key, where the claimant is signed in in this browser: its vault knows better than the portal. */
  ownFingerprint: string | undefined;
  /** The twelve characters as typed, where the claimant is not. */
  characters: string;
  how: 'absorb' | 'move';
}

export interface Parts {
  /** Whether these are the twelve characters of a claim on that address by whoever has that key. */
  areCharacters(address: string, fingerprint: string, typed: string): Promise<boolean>;
  /** Proves the password: both halves of OPAQUE. */
  prove(): Promise<ProvedOwner>;
  /** Opens the proved account's vault beside the signed-in one. */
  open(proved: ProvedOwner): Promise<void>;
  addressesIn(certificate: Uint8Array): Promise<{ fingerprint: string; addresses: string[] }>;
  /** How the opened vault knows an address' key. */
  seen(address: string, fingerprint: string): Promise<Sight>;
  /** The whole keyring, sealed to that certificate and bound to the claim. */
  keyring(
    certificate: Uint8Array,
    claim: string,
    addresses: string[],
  ): Promise<{ parcel: Uint8Array; successions: Succession[] }>;
  succession(certificate: Uint8Array, address: string): Promise<Succession>;
  confirm(by: ConfirmBy): Promise<Confirmed>;
  /** Looks at the request again; fails with what ended it. */
  look(): Promise<unknown>;
  /** Wipes what `prove` and `open` left. */
  close(): Promise<void>;
}

/** The key that the portal named is not the one that it must be. Nothing was handed over. */
export class WrongKey extends Error {
  constructor(
    /** Another than this browser's own, than the one known, or one of somebody else. */
    readonly why: 'own' | 'changed' | 'named',
    readonly fingerprint: string,
    readonly expected?: string,
  ) {
    super('the key is not the expected one');
  }
}

/** The characters are those of another key or address. The password was not given to anybody yet. */
export class WrongCharacters extends Error {
  constructor() {
    super('the characters are not those of the shown key');
  }
}

/** Confirms with the password, once more where another window stored the vault meanwhile. */
export async function handOver(
  parts: Parts,
  what: HandOver,
  onStep: (step: Step) => void,
): Promise<{ confirmed: Confirmed; fingerprint: string }> {
  try {
    return await once(parts, what, onStep);
  } catch (error) {
    // Where the answer to an earlier try was lost, the address is the claimant's by now, and so is the password for it.
    if (isWrongPassword(error)) await parts.look();
    if (!isRefused(error, 'version-conflict')) throw error;
    return once(parts, what, onStep);
  }
}

export function isWrongPassword(error: unknown): boolean {
  return isVaultError(error, 'wrong-password') || isRefused(error, 'wrong-credentials');
}

async function once(parts: Parts, what: HandOver, onStep: (step: Step) => void) {
  try {
    onStep('comparing');
    await compare(parts, what);
    onStep('proving');
    const proved = await parts.prove();
    onStep('opening');
    await parts.open(proved);
    onStep('checking');
    const certificate = fromBase64(proved.claimant_certificate);
    const fingerprint = await checked(parts, what, certificate);
    onStep('sealing');
    const by = await sealed(parts, what, proved, certificate);
    onStep('confirming');
    return { confirmed: await parts.confirm(by), fingerprint };
  } finally {
    // A session that ends with the absorb closes the vault by itself.
    await parts.close().catch(() => undefined);
  }
}

/**
 * What is shown as the claimant's key is, whatever the portal says: this browser's vault has it, or whoever has it read its
 * characters out. That it is the one that all is sealed to is seen later.
 */
async function compare(parts: Parts, { address, shownFingerprint, ownFingerprint, characters }: HandOver) {
  if (ownFingerprint !== undefined) return;
  if (!(await parts.areCharacters(address, shownFingerprint, characters))) throw new WrongCharacters();
}

/** The fingerprint of the certificate, which is the claimant's as far as this browser can tell. */
async function checked(parts: Parts, what: HandOver, certificate: Uint8Array): Promise<string> {
  const { fingerprint, addresses } = await parts.addressesIn(certificate);
  // One that names no address yet is the key alone; one that names another is somebody else's.
  if (addresses.some((address) => canonical(address) !== canonical(what.claimant))) {
    throw new WrongKey('named', fingerprint);
  }
  if (what.ownFingerprint !== undefined && what.ownFingerprint !== fingerprint) {
    throw new WrongKey('own', fingerprint, what.ownFingerprint);
  }
  if (fingerprint !== what.shownFingerprint) throw new WrongKey('named', fingerprint, what.shownFingerprint);
  const sight = await parts.seen(what.claimant, fingerprint);
  if (sight.sight === 'changed') throw new WrongKey('changed', fingerprint, sight.before);
  return fingerprint;
}

async function sealed(parts: Parts, what: HandOver, proved: ProvedOwner, certificate: Uint8Array): Promise<ConfirmBy> {
  const { proof, vault } = proved;
  const addresses = proved.addresses.map(({ address }) => address);
  if (what.how === 'move') {
    // As the account has it typed: that is what its correspondents know.
    const address = addresses.find((each) => canonical(each) === canonical(what.address)) ?? what.address;
    return { kind: 'move', proof, succession: inBase64(await parts.succession(certificate, address)) };
  }
  const { parcel, successions } = await parts.keyring(certificate, proved.claim, addresses);
  return {
    kind: 'absorb',
    proof,
    vault_version: vault.version,
    parcel: toBase64(parcel),
    successions: successions.map(inBase64),
  };
}

const inBase64 = ({ address, statement }: Succession) => ({ address, statement: toBase64(statement) });
