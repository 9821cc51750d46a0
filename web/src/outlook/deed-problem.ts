// What to tell where something could not be done with an activation.
import { isRefused } from '../api/problem';
import { signInProblem } from '../features/sign-in/sign-in';
import { t } from '../text';
import { OtherAccount } from './activating';
import { standingOf } from './standing';

export function deedProblem(error: unknown, address: string): string {
  if (error instanceof OtherAccount) return t('pane.activate.other-account');
  if (isRefused(error, 'blocked-by-portal')) return t('pane.standing.blocked-by-portal.text', { address });
  if (standingOf(error) === 'program-outdated') return t('problem.program-outdated');
  return signInProblem(error);
}
