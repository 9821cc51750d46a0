// What is said of an activation, alike to its owner and to an administrator, and what its owner can do with it.
import type { ActivationState } from '../../api/types';
import { t } from '../../text';

/** How a program is called: one that this page does not know by its own id. */
export function programName(program: string): string {
  return program === 'outlook' || program === 'command-line' ? t(`program.${program}`) : program;
}

/** The tone of a state's badge. */
export const tones = {
  active: 'good',
  blocked: 'warn',
  'blocked-by-portal': 'bad',
  'needs-reactivation': 'warn',
} as const satisfies Record<ActivationState, string>;

export type Deed = 'block' | 'unblock' | 'remove';

/**
 * What the owner can do. The portal refuses to unblock and to remove what an administrator blocked; to block what works no
 * more anyway would only be one more thing to undo.
 */
export const deeds: Readonly<Record<ActivationState, readonly Deed[]>> = {
  active: ['block', 'remove'],
  blocked: ['unblock', 'remove'],
  'blocked-by-portal': [],
  'needs-reactivation': ['remove'],
};

/** What a state means to the owner, where it is not the usual one. */
export function stateText(state: ActivationState): string {
  return state === 'active' ? '' : t(`activations.${state}-text`);
}

/** How many of these wait for their owner to remove them and to activate anew. */
export function countOutlived(activations: readonly { state: ActivationState }[]): number {
  return activations.filter(({ state }) => state === 'needs-reactivation').length;
}
