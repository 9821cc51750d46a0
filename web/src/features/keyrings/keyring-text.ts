// Keyrings in words: when one was written, and by what.
import { isRefused } from '../../api/problem';
import type { VaultWritten } from '../../api/types';
import { refusalIn } from '../../session/taking-up';
import { t } from '../../text';
import { fullTime } from '../../text/formats';
import { problemText } from '../../text/problem-text';
import { isVaultError } from '../../vault/client';
import { programName } from '../activations/activation-text';

/** When a keyring was written, and by what. */
export function writtenText({ at, program, in_person: inPerson }: VaultWritten): string {
  const time = fullTime(at);
  if (program) return t('keyring.written.program', { time, program: programName(program) });
  return inPerson ? t('keyring.written.person', { time }) : t('keyring.written.without-password', { time });
}

/** What to tell a person whose earlier keyring could not be listed or joined in. */
export function keyringProblem(error: unknown): string {
  const refusal = refusalIn(error);
  if (refusal) return t(`vault.${refusal}`);
  if (isVaultError(error)) return t('keyrings.unopenable');
  if (isRefused(error, 'password-needed') || isRefused(error, 'not-allowed')) return t('keyrings.by-password');
  if (isRefused(error, 'not-found')) return t('keyrings.gone');
  return problemText(error);
}
