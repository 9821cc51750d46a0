// What stands against an activation, from what the portal answers it, and what can be done about it.
import { Refused } from '../api/problem';
import { isVaultError } from '../vault/client';

export type Standing =
  | 'needs-reactivation'
  | 'blocked'
  | 'blocked-by-portal'
  | 'program-outdated'
  | 'account-disabled'
  /** Removed elsewhere, or its secret opens nothing. */
  | 'unknown';

/** What the pane offers. */
export type Remedy = 'reactivate' | 'remove' | 'activate' | 'unblock' | 'updates' | 'retry';

/** What keeps an activation from being used; nothing where it failed for another reason, and may work later. */
export function standingOf(error: unknown): Standing | undefined {
  // What the portal gave out is not what this secret wraps.
  if (isVaultError(error)) return error.code === 'module-failed' || error.code === 'forgotten' ? undefined : 'unknown';
  if (!(error instanceof Refused)) return undefined;
  if (error.is('activation-unknown')) return 'unknown';
  if (error.is('activation-blocked')) return 'blocked';
  for (const kind of ['blocked-by-portal', 'needs-reactivation', 'program-outdated', 'account-disabled'] as const) {
    if (error.is(kind)) return kind;
  }
  return undefined;
}

/** What helps, the first before all others. */
export const remedies: Record<Standing, readonly Remedy[]> = {
  'needs-reactivation': ['reactivate', 'remove', 'activate'],
  blocked: ['unblock', 'remove'],
  'blocked-by-portal': ['retry', 'remove'],
  'program-outdated': ['updates'],
  'account-disabled': ['retry', 'remove'],
  unknown: ['activate', 'remove'],
};

/** How an activation is removed at the portal: by a session of its own, with the password, or not at all. */
export function removedBy(standing: Standing | undefined): 'itself' | 'password' | 'nobody' {
  switch (standing) {
    case undefined:
      return 'itself';
    case 'needs-reactivation':
    case 'blocked':
    case 'program-outdated':
      return 'password';
    // It is gone already, the portal lets nobody remove it, or nobody can sign in.
    default:
      return 'nobody';
  }
}
