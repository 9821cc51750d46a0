// Promoting an alias: the promotion, with the password where it was not given just now, and the certificate after it.
import * as api from '../../api/client';
import { isRefused } from '../../api/problem';
import { session } from '../../session/session.svelte';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { withPassword } from '../sign-in/password-question.svelte';

export type PromotionStep = 'promote' | 'certificate';

/** Promotes an alias. */
export async function promote(address: string, tell: boolean, onStep: (step: PromotionStep) => void): Promise<void> {
  onStep('promote');
  // Done twice is done once: after a lost answer it is simply asked for again.
  await withPassword(() => api.promote(address, tell));
  onStep('certificate');
  // Where it cannot be renewed now, the promotion stands, and the session sees to it later.
  await session.refresh().catch(() => undefined);
}

/** What to tell a person whose promotion failed. */
export function promotionProblem(error: unknown): string {
  if (isRefused(error, 'too-many-requests') && !error.retryAfter) return t('promote.told-enough');
  if (isRefused(error, 'not-found')) return t('promote.gone');
  return problemText(error);
}
