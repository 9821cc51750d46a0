// The signed-in person's addresses and pending claims, as Alias Management shows them.
import * as api from '../../api/client';
import { Refused, isRefused } from '../../api/problem';
import type { Claim, OwnAddress } from '../../api/types';
import { t } from '../../text';
import { waitText } from '../../text/formats';
import { problemText } from '../../text/problem-text';

/** As many as the portal lets be pending at once. */
const MOST_PENDING = 5;

export class AliasList {
  addresses = $state.raw<OwnAddress[]>([]);
  claims = $state.raw<Claim[]>([]);
  state = $state<'new' | 'ready'>('new');
  /** Why the list is not there, or is not the newest. */
  problem = $state('');
  #looks = 0;

  async load(): Promise<void> {
    // Answers may overtake each other; what was asked for last is the newest.
    const look = ++this.#looks;
    try {
      const { addresses, claims } = await api.aliases();
      if (look !== this.#looks) return;
      this.addresses = addresses;
      this.claims = claims;
      this.state = 'ready';
      this.problem = '';
    } catch (error) {
      if (look === this.#looks) this.problem = problemText(error);
    }
  }

  /** Asks for a confirmation message to a new address. */
  async add(address: string): Promise<Claim> {
    const claim = await api.addClaim(address);
    this.#put(claim);
    return claim;
  }

  /** Mails the claim's link once more. */
  async resend(claim: Claim): Promise<Claim> {
    const mailed = await this.#unlessGone(api.mailClaim(claim.id));
    this.#put(mailed);
    return mailed;
  }

  async cancel(claim: Claim): Promise<void> {
    await this.#unlessGone(api.cancelClaim(claim.id));
    this.claims = this.claims.filter(({ id }) => id !== claim.id);
    void this.load();
  }

  /** What is wrong with adding an address. */
  addProblem(error: unknown, address: string): string {
    if (isRefused(error, 'address-yours')) return t('aliases.yours');
    // The portal takes nothing but an address here.
    if (isRefused(error, 'malformed')) return t('compose.bad-address', { text: address });
    if (isRefused(error, 'too-many-requests') && this.claims.length >= MOST_PENDING) {
      return t('aliases.pending-limit', { n: MOST_PENDING });
    }
    return claimProblem(error);
  }

  #put(claim: Claim): void {
    const known = this.claims.some(({ id }) => id === claim.id);
    this.claims = known ? this.claims.map((each) => (each.id === claim.id ? claim : each)) : [...this.claims, claim];
    // A look that is under way does not know of it yet.
    void this.load();
  }

  /** A claim that ended elsewhere is no longer shown. */
  async #unlessGone<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (isGone(error)) void this.load();
      throw error;
    }
  }
}

function isGone(error: unknown): boolean {
  return (['not-found', 'claim-ended', 'claim-confirmed'] as const).some((kind) => isRefused(error, kind));
}

/** What is wrong with adding, mailing or cancelling a claim. */
export function claimProblem(error: unknown): string {
  if (isGone(error)) return t('aliases.gone');
  if (error instanceof Refused && error.is('too-many-requests')) {
    return error.retryAfter ? t('aliases.slowed', { wait: waitText(error.retryAfter) }) : t('aliases.slowed-some');
  }
  return problemText(error);
}
