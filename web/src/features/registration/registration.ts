// Registering: the password and the keys are made here; the portal gets a verifier, a certificate and a sealed vault.
import { fromBase64, fromBase64Url, toBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { sealingTime } from '../../api/clock';
import { isRefused } from '../../api/problem';
import type { Invitation } from '../../api/types';
import { seenVaults } from '../../session/seen-vaults';
import { session } from '../../session/session.svelte';
import { vaultText } from '../../text/problem-text';
import { vault } from '../../vault/client';

export type Inspected =
  | { state: 'open'; invitation: Invitation; token: string }
  | { state: 'expired'; token: string }
  | { state: 'used' }
  | { state: 'printed' }
  | { state: 'unknown' };

export async function inspect(fragment: string): Promise<Inspected> {
  const bytes = fromBase64Url(fragment);
  if (bytes?.length !== 32) return { state: 'unknown' };
  const token = toBase64(bytes);
  try {
    return { state: 'open', invitation: await api.inspectInvitation(token), token };
  } catch (error) {
    return whatBecameOf(error, token);
  }
}

/** An invitation may also expire or be used while the form is filled in. */
export function whatBecameOf(error: unknown, token: string): Inspected {
  if (isRefused(error, 'invitation-expired')) return { state: 'expired', token };
  if (isRefused(error, 'invitation-used')) return { state: 'used' };
  if (isRefused(error, 'printed-link-needed')) return { state: 'printed' };
  if (isRefused(error, 'invitation-unknown')) return { state: 'unknown' };
  throw error;
}

/** What a password must not be made of. */
function knownOf(address: string, name: string): string[] {
  return [address, name, session.portal?.name ?? ''];
}

/** Begins to load what tells whether a password is one to choose. Where that fails, asking tries again, and says so. */
export function prepareToChoose(): void {
  vault.call('loadGuessing', []).catch(() => undefined);
}

/** Why a password is not one to choose, in words; nothing where it is. */
export async function passwordProblem(password: string, address: string, name: string): Promise<string> {
  const rule = await vault.call('passwordRule', [password, knownOf(address, name)]);
  return rule === undefined ? '' : vaultText(rule);
}

export type RegistrationStep = 'password' | 'keys' | 'account' | 'waiting';

export async function register(
  token: string,
  address: string,
  name: string,
  password: string,
  onStep: (step: RegistrationStep) => void,
): Promise<void> {
  // The link may be opened in the browser of somebody who is signed in, whose mailbox and vault this page then holds.
  session.makeWay();
  onStep('password');
  const request = await vault.call('startRegistration', [password, knownOf(address, name)]);
  const started = await api.startRegistration({ token, registration_request: toBase64(request) });
  onStep('keys');
  const { setup, account } = started;
  const response = fromBase64(started.registration_response);
  const made = await vault.call('finishRegistration', [response, setup, account, address, sealingTime()]);
  onStep('account');
  const signedIn = await api.register({
    token,
    name,
    registration_upload: toBase64(made.upload),
    password_setup: setup.number,
    certificate: toBase64(made.certificate),
    vault: { sealed: toBase64(made.sealedVault), slot: made.slot, password_slot: toBase64(made.passwordSlot) },
    carrier: 'cookie',
  });
  onStep('waiting');
  await seenVaults.keep(started.account, made.sealedVault);
  await session.begin(signedIn, { version: signedIn.vault.version, joined: false, first: false });
}
