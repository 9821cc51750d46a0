// Signing in: the password is proved, never sent (OPAQUE, RFC 9807), and opens the vault on the way.
import { fromBase64, toBase64 } from '../../api/bytes';
import { renewSecret } from '../../api/carrier';
import * as api from '../../api/client';
import { Refused } from '../../api/problem';
import type { Carrier, Session, SignedIn } from '../../api/types';
import { session } from '../../session/session.svelte';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { VaultClient, isVaultError, vault } from '../../vault/client';

export type SignInStep = 'proving' | 'opening';

export async function signIn(address: string, password: string, onStep: (step: SignInStep) => void): Promise<void> {
  await session.begin(await prove(address, password, 'cookie', vault, onStep));
}

/** Begins a session by the password, and opens its vault in that worker. */
async function prove(
  address: string,
  password: string,
  carrier: Carrier,
  worker: VaultClient,
  onStep: (step: SignInStep) => void,
): Promise<SignedIn> {
  onStep('proving');
  const request = await worker.call('startSignIn', [password]);
  const started = await api.startSignIn(address, toBase64(request));
  const finalization = await worker.call('finishSignIn', [fromBase64(started.credential_response), started.setup]);
  const signedIn = await api.finishSignIn(started.sign_in, toBase64(finalization), carrier);
  onStep('opening');
  const slot = signedIn.vault.slots.find(({ kind }) => kind === 'password');
  if (!slot) throw new UnopenableVault();
  try {
    await worker.call('openWithPassword', [fromBase64(signedIn.vault.sealed), fromBase64(slot.wrapped)]);
  } catch (cause) {
    await api.endSession(signedIn.bearer ?? undefined).catch(() => undefined);
    throw new UnopenableVault({ cause });
  }
  return signedIn;
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
    const signedIn = await prove(address, password, 'bearer', worker, onStep);
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
  constructor(options?: ErrorOptions) {
    super('the vault could not be opened', options);
  }
}

/** What to tell a person whose sign-in failed. */
export function signInProblem(error: unknown): string {
  if (error instanceof UnopenableVault) return t('sign-in.vault-damaged');
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
