// The signed-in person's activations, as Account > Activations shows them.
import * as api from '../../api/client';
import { isRefused } from '../../api/problem';
import type { Activation } from '../../api/types';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { withPassword } from '../sign-in/password-question.svelte';

type Calls = Pick<typeof api, 'activations' | 'setActivationBlocked' | 'removeActivation'>;

export class ActivationList {
  all = $state.raw<Activation[]>([]);
  state = $state<'new' | 'ready'>('new');
  /** Why the list is not there, or is not the newest. */
  problem = $state('');
  #looks = 0;

  constructor(private readonly calls: Calls = api) {}

  async load(): Promise<void> {
    // Answers may overtake each other; what was asked for last is the newest.
    const look = ++this.#looks;
    try {
      const all = await this.calls.activations();
      if (look !== this.#looks) return;
      this.all = all;
      this.state = 'ready';
      this.problem = '';
    } catch (error) {
      if (look === this.#looks) this.problem = problemText(error);
    }
  }

  async setBlocked({ id }: Activation, blocked: boolean): Promise<void> {
    try {
      await withPassword(() => this.calls.setActivationBlocked(id, blocked));
    } finally {
      // Also where it was refused: it has gone, or an administrator has blocked it meanwhile.
      await this.load();
    }
  }

  async remove({ id }: Activation): Promise<void> {
    try {
      await withPassword(() => this.calls.removeActivation(id));
    } catch (error) {
      // Removed elsewhere, or by a request whose answer was lost: that is what was wanted.
      if (!isRefused(error, 'not-found')) throw error;
    } finally {
      await this.load();
    }
  }
}

/** What to tell the owner where something could not be done with an activation. */
export function deedProblem(error: unknown): string {
  if (isRefused(error, 'not-found')) return t('activations.gone');
  if (isRefused(error, 'blocked-by-portal')) return t('activations.blocked-by-portal-text');
  return problemText(error);
}
