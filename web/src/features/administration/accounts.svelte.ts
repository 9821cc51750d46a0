// The portal's accounts as an administrator sees them, newest first, page by page.
import * as api from '../../api/client';
import type { ManagedAccount } from '../../api/types';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';

export class Accounts {
  all = $state.raw<ManagedAccount[]>([]);
  loading = $state(false);
  problem = $state('');
  complete = $state(false);

  async loadMore(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.problem = '';
    try {
      const page = await api.accounts(this.all.at(-1)?.id);
      const known = new Set(this.all.map(({ id }) => id));
      const fresh = page.filter(({ id }) => !known.has(id));
      this.all = [...this.all, ...fresh];
      this.complete = fresh.length === 0 || page.length < PAGE;
    } catch (error) {
      this.problem = problemText(error);
    } finally {
      this.loading = false;
    }
  }

  /** Shows an account that was just invited, at the top unless it is there. */
  put(account: ManagedAccount): void {
    const known = this.all.some(({ id }) => id === account.id);
    this.all = known ? this.all.map((each) => (each.id === account.id ? account : each)) : [account, ...this.all];
  }

  async setDisabled(account: ManagedAccount, disabled: boolean): Promise<void> {
    await api.setDisabled(account.id, disabled);
    this.put({ ...account, state: disabled ? 'disabled' : account.name ? 'active' : 'invited' });
  }
}

/** What the portal gives at once unless told otherwise. */
const PAGE = 50;

export function accountName({ name, addresses }: ManagedAccount): string {
  return name ?? addresses[0]?.address ?? t('admin.accounts.unnamed');
}

/** The tone of a state's badge. */
export const tones = { invited: 'warn', active: 'good', disabled: 'bad', joining: 'warn', absorbed: '' } as const;
