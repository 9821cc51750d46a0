// Taking back what another account took over, by the password that the account had.
import { fromBase64, toBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { Refused } from '../../api/problem';
import { session } from '../../session/session.svelte';
import { t } from '../../text';
import { waitText } from '../../text/formats';
import { problemText } from '../../text/problem-text';
import { isVaultError, vault } from '../../vault/client';

export type Step = 'proving' | 'separating';

/** The addresses that are the former account's again. */
export async function separate(address: string, password: string, onStep: (step: Step) => void): Promise<string[]> {
  onStep('proving');
  try {
    const request = await vault.call('startSignIn', [password]);
    const started = await api.startSignIn(address, toBase64(request), true);
    const finalization = await vault.call('finishSignIn', [fromBase64(started.credential_response), started.setup]);
    onStep('separating');
    const { addresses } = await api.separate(address, started.sign_in, toBase64(finalization));
    // Where the other account is signed in here, its session may have ended.
    if (session.phase.name === 'signed-in') await session.refresh().catch(() => undefined);
    return addresses;
  } finally {
    // It opened no vault.
    await vault.call('closeOther', []).catch(() => undefined);
  }
}

export function separationProblem(error: unknown): string {
  if (isVaultError(error, 'wrong-password')) return t('separate.wrong');
  if (error instanceof Refused) {
    if (error.is('wrong-credentials') || error.is('not-separable')) return t('separate.wrong');
    if (error.is('account-disabled')) return t('separate.disabled');
    if (error.is('too-many-attempts') && error.retryAfter) {
      return t('give-password.slowed', { wait: waitText(error.retryAfter) });
    }
    // The portal takes nothing but an address here.
    if (error.is('malformed')) return t('sign-in.bad-address');
  }
  return problemText(error);
}
