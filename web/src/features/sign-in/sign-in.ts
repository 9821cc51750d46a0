// Signing in: the password is proved, never sent (OPAQUE, RFC 9807), and opens the vault on the way.
import { fromBase64, toBase64 } from '../../api/bytes';
import { openFor, renewSecret } from '../../api/carrier';
import * as api from '../../api/client';
import { isRefused, Refused } from '../../api/problem';
import type { Carrier, Session, SignedIn, Vault } from '../../api/types';
import { seenVaults } from '../../session/seen-vaults';
import { session } from '../../session/session.svelte';
import { refusalIn, takeUp, type Refusal, type TakenUp } from '../../session/taking-up';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { VaultClient, isVaultError, vault } from '../../vault/client';

export type SignInStep = 'proving' | 'opening';

export async function signIn(address: string, password: string, onStep: (step: SignInStep) => void): Promise<void> {
  const { signedIn, takenUp } = await prove(address, password, 'cookie', vault, onStep);
  await session.begin(signedIn, takenUp);
}

/**
 * The password was right, and the keyring that the portal gives out is not taken up: it is older than the one that this
 * browser saw last, or does not open. The person decides; the session goes on until then.
 */
export class RefusedKeyring extends Error {
  constructor(
    readonly why: Refusal,
    readonly signedIn: SignedIn,
  ) {
    super(`the keyring is refused: ${why}`);
    // What is asked until the person has decided is meant for this account, whoever signs in beside it.
    openFor(signedIn.session.account.id);
  }

  /** Whether there is anything to decide: another account's keyring, or one that leapt ahead, is never taken up. */
  get isFinal(): boolean {
    return this.why === 'foreign-vault' || this.why === 'vault-leapt';
  }

  /** Goes on with the keyring that the portal gives out, or with an earlier one, and with all that this browser saw. */
  async accept(past?: number): Promise<void> {
    const { session: begun, vault: stored } = this.signedIn;
    const account = begun.account.id;
    const sealed = fromBase64(stored.sealed);
    const chosen = past === undefined ? sealed : fromBase64((await api.pastVault(past)).sealed);
    const lastSeen = await seenVaults.last(account);
    await vault.call('acceptVault', [chosen, { sealed, account, lastSeen }, fromBase64(slotOf(stored).wrapped)]);
    await session.begin(this.signedIn, { version: stored.version, joined: true, first: false });
  }

  async giveUp(): Promise<void> {
    await vault.call('closeOther', []);
    openFor(undefined);
    await api.endSessionOf(this.signedIn.session.account.id).catch(() => undefined);
  }
}

function slotOf({ slots }: Vault) {
  const slot = slots.find(({ kind }) => kind === 'password');
  if (!slot) throw new UnopenableVault();
  return slot;
}

/** Begins a session by the password, and opens its vault in that worker. */
async function prove(
  address: string,
  password: string,
  carrier: Carrier,
  worker: VaultClient,
  onStep: (step: SignInStep) => void,
): Promise<{ signedIn: SignedIn; takenUp: TakenUp }> {
  onStep('proving');
  const request = await worker.call('startSignIn', [password]);
  const started = await api.startSignIn(address, toBase64(request));
  const finalization = await worker.call('finishSignIn', [fromBase64(started.credential_response), started.setup]);
  const signedIn = await api.finishSignIn(started.sign_in, toBase64(finalization), carrier);
  onStep('opening');
  try {
    const wrapped = fromBase64(slotOf(signedIn.vault).wrapped);
    const takenUp = await takeUp(signedIn.session.account.id, signedIn.vault, (served) =>
      worker.call('openWithPassword', [served, wrapped]),
    );
    return { signedIn, takenUp };
  } catch (cause) {
    const why = refusalIn(cause);
    if (why && carrier === 'cookie') throw new RefusedKeyring(why, signedIn);
    const ended = signedIn.bearer ? api.endSession(signedIn.bearer) : api.endSessionOf(signedIn.session.account.id);
    await ended.catch(() => undefined);
    throw why ? new UnopenableVault({ cause }, why) : new UnopenableVault({ cause });
  }
}

/** A session begun by the password beside the one that goes on, with a vault of its own. */
export interface Apart {
  session: Session;
  bearer: string;
  vault: VaultClient;
}

/** Does what takes the password in a session beside the one that goes on, and ends that session whatever happened. */
export async function apart<T>(
  address: string,
  password: string,
  work: (apart: Apart) => Promise<T>,
  onStep: (step: SignInStep) => void,
): Promise<T> {
  const worker = new VaultClient();
  let bearer: string | undefined;
  try {
    const { signedIn } = await prove(address, password, 'bearer', worker, onStep);
    bearer = signedIn.bearer ?? undefined;
    if (bearer === undefined) throw new Error('a session without a secret');
    return await work({ session: signedIn.session, bearer, vault: worker });
  } finally {
    worker.forget();
    if (bearer !== undefined) await api.endSession(bearer).catch(() => undefined);
  }
}

/** Gives the password again, in the session that goes on, which gets another secret. */
export async function givePassword(password: string): Promise<void> {
  const request = await vault.call('startSignIn', [password]);
  try {
    const started = await api.startSignIn(session.master, toBase64(request));
    const finalization = await vault.call('finishSignIn', [fromBase64(started.credential_response), started.setup]);
    const given = await api.givePassword(started.sign_in, toBase64(finalization));
    if (typeof given.bearer === 'string') renewSecret(given.bearer);
    session.passwordGiven(given.password_until);
  } finally {
    // The vault is open already.
    await vault.call('closeOther', []);
  }
}

/** The password was right, and the vault still did not open. */
class UnopenableVault extends Error {
  constructor(
    options?: ErrorOptions,
    readonly why?: Refusal,
  ) {
    super('the vault could not be opened', options);
  }
}

/** Whether somebody has to wait because there were too many tries, which may have been others'. */
export function isSlowed(error: unknown): boolean {
  return isRefused(error, 'too-many-attempts');
}

/** What to tell a person whose sign-in failed. */
export function signInProblem(error: unknown): string {
  if (error instanceof UnopenableVault) return t(error.why ? `vault.${error.why}` : 'sign-in.vault-damaged');
  if (isVaultError(error, 'wrong-password')) return t('sign-in.wrong');
  if (error instanceof Refused) {
    if (error.is('wrong-credentials')) return t('sign-in.wrong');
    if (error.is('account-disabled')) return t('sign-in.disabled');
    if (error.is('too-many-attempts')) {
      return error.retryAfter ? t('sign-in.slowed', { n: error.retryAfter }) : t('sign-in.slowed-some');
    }
    // The portal takes nothing but an address here.
    if (error.is('malformed')) return t('sign-in.bad-address');
  }
  return problemText(error);
}
