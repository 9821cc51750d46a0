// One account as an administrator sees it from near: addresses, pending claims, activations, what happened. Never what was written.
import * as api from '../../api/client';
import { isRefused } from '../../api/problem';
import type { Activation, Claim, ManagedAccountDetails } from '../../api/types';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { claimProblem } from '../aliases/aliases.svelte';

export class AccountDetails {
  account = $state.raw<ManagedAccountDetails>();
  problem = $state('');
  gone = $state(false);
  #looks = 0;

  constructor(readonly id: string) {}

  async load(): Promise<void> {
    const look = ++this.#looks;
    this.problem = '';
    try {
      const account = await api.managedAccount(this.id);
      if (look === this.#looks) this.account = account;
    } catch (error) {
      if (look !== this.#looks) return;
      this.gone = isRefused(error, 'not-found');
      this.problem = this.gone ? t('admin.account.gone') : problemText(error);
    }
  }

  /** Claims an address for the person, who proves it by the mail that goes there. */
  async add(address: string): Promise<void> {
    await api.addClaimFor(this.id, address);
    await this.load();
  }

  /** Blocks an activation in the portal's name, or unblocks it: its owner cannot undo that. */
  async setBlocked({ id }: Activation, blocked: boolean): Promise<void> {
    try {
      await api.setActivationBlockedFor(this.id, id, blocked);
    } finally {
      await this.load();
    }
  }

  async resend(claim: Claim): Promise<void> {
    try {
      await api.mailClaimFor(this.id, claim.id);
    } finally {
      await this.load();
    }
  }
}

/** What is wrong with adding an address for somebody. */
export function addForProblem(error: unknown, address: string, pending: number): string {
  if (isRefused(error, 'address-yours')) return t('admin.account.add-yours');
  if (isRefused(error, 'not-allowed')) return t('admin.account.add-guest');
  if (isRefused(error, 'malformed')) return t('compose.bad-address', { text: address });
  if (isRefused(error, 'not-found')) return t('admin.account.gone');
  return claimProblem(error, pending);
}
