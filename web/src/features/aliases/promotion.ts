// Promoting an alias: the password again where it was not given just now, the promotion, and the certificate after it.
import * as api from '../../api/client';
import { isRefused } from '../../api/problem';
import { session } from '../../session/session.svelte';
import { t } from '../../text';
import { waitText } from '../../text/formats';
import { problemText } from '../../text/problem-text';
import { isVaultError } from '../../vault/client';
import { givePassword } from '../sign-in/sign-in';

export type PromotionStep = 'password' | 'promote' | 'certificate';

/** Whether the password has to be given again. */
export function needsPassword(now: number): boolean {
  return (session.session?.password_until ?? 0) <= now;
}

/** Promotes an alias; `password` where it has to be given again. */
export async function promote(
  address: string,
  tell: boolean,
  password: string | undefined,
  onStep: (step: PromotionStep) => void,
): Promise<void> {
  if (password !== undefined) {
    onStep('password');
    await givePassword(password);
  }
  onStep('promote');
  // Done twice is done once: after a lost answer it is simply asked for again.
  await api.promote(address, tell);
  onStep('certificate');
  // Where it cannot be renewed now, the promotion stands, and the session sees to it later.
  await session.refresh().catch(() => undefined);
}

/** What to tell a person whose promotion failed. */
export function promotionProblem(error: unknown): string {
  if (isVaultError(error, 'wrong-password') || isRefused(error, 'wrong-credentials'))
    return t('promote.wrong-password');
  if (isRefused(error, 'too-many-attempts') && error.retryAfter) {
    return t('promote.slowed', { wait: waitText(error.retryAfter) });
  }
  if (isRefused(error, 'too-many-requests') && !error.retryAfter) return t('promote.told-enough');
  if (isRefused(error, 'not-found')) return t('promote.gone');
  return problemText(error);
}
