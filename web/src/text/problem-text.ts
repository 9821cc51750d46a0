// The sentence for a failure, whatever it was.
import { ClockOff } from '../api/clock';
import { Refused, Unreachable, kinds, type ProblemKind } from '../api/problem';
import { VaultError } from '../vault/client';
import { t, type TextKey } from '.';
import { en } from './en';
import { fullTime } from './formats';

export function problemText(error: unknown): string {
  if (error instanceof Unreachable) return t('problem.unreachable');
  if (error instanceof Refused) {
    const kind = error.problem.type as ProblemKind;
    if (kinds.includes(kind)) return t(`problem.${kind}`);
    return error.problem.title || t('problem.internal');
  }
  if (error instanceof ClockOff) {
    return t('problem.clock', { here: fullTime(error.here), there: fullTime(error.there) });
  }
  if (error instanceof VaultError) return vaultText(error.code);
  return t('problem.internal');
}

/** Why the vault did not open something. */
export function vaultText(code: string): string {
  const key = `vault.${code}`;
  return key in en ? t(key as TextKey & `vault.${string}`) : t('vault.failed');
}
