// The signed-in person's addresses and pending claims, as Alias Management shows them.
import * as api from '../../api/client';
import { Refused, isRefused } from '../../api/problem';
import type { Claim, OwnAddress } from '../../api/types';
import { t } from '../../text';
import { waitText } from '../../text/formats';
import { problemText } from '../../text/problem-text';
import { isAddress } from '../compose/recipients';
import { withPassword } from '../sign-in/password-question.svelte';

/** As many as the portal lets be pending at once. */
const MOST_PENDING = 5;

type Calls = Pick<typeof api, 'aliases' | 'addClaim' | 'mailClaim' | 'cancelClaim'>;

export class AliasList {
  addresses = $state.raw<OwnAddress[]>([]);
  claims = $state.raw<Claim[]>([]);
  state = $state<'new' | 'ready'>('new');
  /** Why the list is not there, or is not the newest. */
  problem = $state('');
  #looks = 0;

  constructor(private readonly calls: Calls = api) {}

  async load(): Promise<void> {
    // Answers may overtake each other; what was asked for last is the newest.
    const look = ++this.#looks;
    try {
      const { addresses, claims } = await this.calls.aliases();
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
    const claim = await withPassword(() => this.calls.addClaim(address));
    this.#put(claim);
    return claim;
  }

  /** Mails the claim's link once more. */
  async resend(claim: Claim): Promise<Claim> {
    const mailed = await this.#unlessGone(withPassword(() => this.calls.mailClaim(claim.id)));
    this.#put(mailed);
    return mailed;
  }

  async cancel(claim: Claim): Promise<void> {
    await this.#unlessGone(withPassword(() => this.calls.cancelClaim(claim.id)));
    this.claims = this.claims.filter(({ id }) => id !== claim.id);
    void this.load();
  }

  /** What is wrong with adding an address. */
  addProblem(error: unknown, address: string): string {
    if (isRefused(error, 'address-yours')) return t('aliases.yours');
    // The portal takes nothing but an address here.
    if (isRefused(error, 'malformed')) return t('compose.bad-address', { text: address });
    return claimProblem(error, this.claims.length);
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

/** What is wrong with an address as typed, before the portal is asked. */
export function addressProblem(typed: string): string {
  if (!typed) return t('aliases.need-address');
  return isAddress(typed) ? '' : t('compose.bad-address', { text: typed });
}

function isGone(error: unknown): boolean {
  return (['not-found', 'claim-ended', 'claim-confirmed'] as const).some((kind) => isRefused(error, kind));
}

/** What is wrong with adding, mailing or cancelling a claim, where so many are pending. */
export function claimProblem(error: unknown, pending = 0): string {
  if (isGone(error)) return t('aliases.gone');
  if (error instanceof Refused && error.is('too-many-requests')) {
    if (error.retryAfter) return t('aliases.slowed', { wait: waitText(error.retryAfter) });
    return pending >= MOST_PENDING ? t('aliases.pending-limit', { n: MOST_PENDING }) : t('aliases.slowed-some');
  }
  return problemText(error);
}
