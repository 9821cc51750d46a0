// Activating, removing and blocking. Whatever breaks off in between, this Outlook has either the activation of before or
// the new one, and keeps no secret that opens nothing.
import { isPassing, isRefused } from '../api/problem';
import type { Activation } from '../api/types';
import { isWrongPassword } from '../features/confirmation/hand-over';
import type { MadePass } from '../vault/protocol';
import type { Kept } from './activations';
import { removedBy, type Standing } from './standing';

export interface OwnAccount {
  id: string;
  name: string;
  /** The Master first. */
  addresses: string[];
}

/** What a session can do that began with the password just now, beside the one that goes on. */
export interface InPerson {
  account: OwnAccount;
  makePass(): Promise<MadePass>;
  activate(pass: MadePass): Promise<Activation>;
  remove(id: string): Promise<void>;
  setBlocked(id: string, blocked: boolean): Promise<void>;
}

/** What an activation can do in a session of its own. */
export interface OfItself {
  /** All activations of the account. */
  all(): Promise<Activation[]>;
  remove(id: string): Promise<void>;
  setBlocked(id: string, blocked: boolean): Promise<void>;
}

export interface Parts {
  portal: string;
  /** Proves the password, does what takes it, and ends that session whatever happened. */
  inPerson<T>(address: string, password: string, work: (inPerson: InPerson) => Promise<T>): Promise<T>;
  /** Begins a session by an activation's secret, beside the one that goes on, and ends it whatever happened. */
  byItself<T>(secret: Uint8Array, work: (ofItself: OfItself) => Promise<T>): Promise<T>;
  /** Keeps an activation in place of any other of that account. */
  put(kept: Kept): void;
  forget(id: string): void;
}

/** The password was of another account than the one that it is about. Nothing was changed. */
export class OtherAccount extends Error {
  override readonly name = 'OtherAccount';
}

/**
 * Activates an account. `before` are those of this Outlook: the one of the same account gives way, and is removed at the
 * portal when the new one is kept.
 */
export function activate(parts: Parts, address: string, password: string, before: readonly Kept[]): Promise<Kept> {
  return parts.inPerson(address, password, (inPerson) => {
    const replaced = before.find(({ account }) => account === inPerson.account.id);
    return replace(parts, inPerson, replaced);
  });
}

/** Removes an activation and activates its account again, under the Master of now. */
export function removeAndActivate(parts: Parts, kept: Kept, address: string, password: string): Promise<Kept> {
  return parts.inPerson(address, password, (inPerson) => {
    if (inPerson.account.id !== kept.account) throw new OtherAccount();
    return replace(parts, inPerson, kept);
  });
}

/**
 * The new one first: until it is kept, the one before stands as it did. Should removing that fail, this Outlook has no
 * secret of it any more; but where it was active, it is so still at the portal, and a copy of its secret opens the account
 * until it is removed in the Secure Webmail.
 */
async function replace(parts: Parts, inPerson: InPerson, before: Kept | undefined): Promise<Kept> {
  const pass = await inPerson.makePass();
  const made = await activated(inPerson, pass).catch(async (error: unknown) => {
    // Only by making room for itself can it come in.
    if (!before || !isRefused(error, 'too-many-activations')) throw error;
    await inPerson.remove(before.id);
    parts.forget(before.id);
    return activated(inPerson, pass);
  });
  const { id, name, addresses } = inPerson.account;
  const kept = { id: made.id, portal: parts.portal, account: id, address: made.address, name, addresses };
  const whole: Kept = { ...kept, secret: pass.secret };
  parts.put(whole);
  if (before) await inPerson.remove(before.id).catch(() => undefined);
  return whole;
}

/** Where the answer was lost, it is asked for once more: the portal takes it once. */
async function activated({ activate }: InPerson, pass: MadePass): Promise<Activation> {
  try {
    return await activate(pass);
  } catch (error) {
    if (!isPassing(error)) throw error;
    return activate(pass);
  }
}

/** What became of an activation that was to be removed. */
export type Removed = 'removed' | 'forgotten';

/** The password, and any address of the account. */
export interface Proof {
  address: string;
  password: string;
}

/**
 * Removes an activation. Its secret is forgotten whatever the portal answers; only a password that is not right leaves all
 * as it is, to be given again. Without a password, where it takes one, the portal is not told.
 */
export async function remove(
  parts: Parts,
  kept: Kept,
  standing: Standing | undefined,
  proof: Proof | undefined,
): Promise<Removed> {
  try {
    const how = removedBy(standing);
    if (how === 'itself') await parts.byItself(kept.secret, ({ remove }) => remove(kept.id));
    else if (how === 'password' && proof) {
      await parts.inPerson(proof.address, proof.password, (inPerson) => {
        if (inPerson.account.id !== kept.account) throw new OtherAccount();
        return inPerson.remove(kept.id);
      });
    } else return forgotten(parts, kept);
  } catch (error) {
    const again = isWrongPassword(error) || isRefused(error, 'too-many-attempts') || error instanceof OtherAccount;
    if (again) throw error;
    // It was removed before.
    if (isRefused(error, 'not-found') || isRefused(error, 'activation-unknown')) return removed(parts, kept);
    return forgotten(parts, kept);
  }
  return removed(parts, kept);
}

function removed(parts: Parts, { id }: Kept): Removed {
  parts.forget(id);
  return 'removed';
}

function forgotten(parts: Parts, { id }: Kept): Removed {
  parts.forget(id);
  return 'forgotten';
}

/** All activations of the account that one of this Outlook is of. */
export function activationsOf(parts: Parts, kept: Kept): Promise<Activation[]> {
  return parts.byItself(kept.secret, ({ all }) => all());
}

/** Blocks an activation of this Outlook. */
export function block(parts: Parts, kept: Kept): Promise<void> {
  return parts.byItself(kept.secret, ({ setBlocked }) => setBlocked(kept.id, true));
}

/** Blocks or unblocks any activation of the account, with the password. */
export function setBlocked(parts: Parts, address: string, password: string, id: string, to: boolean): Promise<void> {
  return parts.inPerson(address, password, (inPerson) => inPerson.setBlocked(id, to));
}

/** Removes an activation of another program, or of another Outlook, with the password. */
export function removeOther(parts: Parts, address: string, password: string, id: string): Promise<void> {
  return parts.inPerson(address, password, (inPerson) => inPerson.remove(id));
}
