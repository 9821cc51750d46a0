// The accounts that are activated in this Outlook, and the one whose session goes on.
import { fromBase64 } from '../api/bytes';
import { carried, carry } from '../api/carrier';
import * as api from '../api/client';
import { draft } from '../features/compose/draft.svelte';
import { mailbox } from '../features/mailbox/mailbox.svelte';
import { session, type Opens } from '../session/session.svelte';
import { takeUp } from '../session/taking-up';
import { t } from '../text';
import { problemText } from '../text/problem-text';
import { vault } from '../vault/client';
import { isAmong, type Kept, type Shelf } from './activations';
import { beginBy, ownAccount } from './activating-parts';
import type { Asked } from './serving';
import { standingOf, type Standing } from './standing';

/** Whose session goes on, or why none does. */
export type Use =
  | { name: 'nothing' }
  | { name: 'beginning'; kept: Kept }
  | { name: 'ready'; kept: Kept }
  | { name: 'stands'; kept: Kept; standing: Standing }
  | { name: 'failed'; kept: Kept; problem: string };

type Begun = Awaited<ReturnType<typeof beginBy>>;

export class Accounts {
  kept = $state.raw<Kept[]>([]);
  use = $state.raw<Use>({ name: 'nothing' });
  #turn: Promise<unknown> = Promise.resolve();

  constructor(readonly shelf: Shelf) {
    this.kept = shelf.all();
    shelf.whenChanged(() => this.look());
    session.whenEnded(() => this.#ended());
  }

  /** Looks again at what is kept. */
  look(): void {
    this.kept = this.shelf.all();
    const { use } = this;
    if (use.name !== 'nothing' && !this.kept.some(({ id }) => id === use.kept.id)) void this.leave();
  }

  /** Makes that activation the one whose session goes on. */
  take(kept: Kept): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#goesOn(kept)) return;
      await this.#leave();
      this.use = { name: 'beginning', kept };
      try {
        await this.#enter(kept, await beginBy(kept.secret));
      } catch (error) {
        this.#failed(kept, error);
      }
    });
  }

  /** The addresses of an account as they are now, in so far as they matter to the question whether these are among them. */
  ask(kept: Kept, wanted: readonly string[]): Promise<Asked> {
    return this.#inTurn(async () => {
      try {
        if (!this.#goesOn(kept)) return await this.#askBeside(kept, wanted);
        // The account may have got the address a moment ago.
        if (!isAmong(wanted, session.ownAddresses)) await session.refresh();
        return { addresses: session.ownAddresses };
      } catch (error) {
        const standing = standingOf(error);
        if (standing === undefined) throw error;
        return { standing };
      }
    });
  }

  /** Ends the session that goes on. */
  leave(): Promise<void> {
    return this.#inTurn(() => this.#leave());
  }

  async #askBeside(kept: Kept, wanted: readonly string[]): Promise<Asked> {
    const begun = await beginBy(kept.secret);
    const { addresses } = ownAccount(begun);
    this.#learn(kept, begun);
    // The very session that was begun to ask is the one to go on with.
    if (isAmong(wanted, addresses)) {
      await this.#leave();
      await this.#enter(kept, begun);
    } else await api.endSession(begun.bearer).catch(() => undefined);
    return { addresses };
  }

  async #enter(kept: Kept, begun: Begun): Promise<void> {
    const opens: Opens = (served, { slots }) => {
      const slot = slots.find(({ kind }) => kind === 'activation');
      return vault.call('openWithPass', ['activation', kept.secret, fromBase64(slot?.wrapped ?? ''), served]);
    };
    carry({ secret: begun.bearer, renew: () => this.#renew(kept) });
    try {
      const takenUp = await takeUp(begun.session.account.id, begun.vault, (served) => opens(served, begun.vault));
      await session.begin(begun, takenUp, opens);
    } catch (error) {
      vault.forget();
      await this.#leave();
      throw error;
    }
    this.#learn(kept, begun);
    draft.keepFor(begun.session.account.id);
    mailbox.start({ listed: false });
    this.use = { name: 'ready', kept };
  }

  async #renew(kept: Kept): Promise<string | undefined> {
    try {
      const begun = await beginBy(kept.secret);
      session.begunAnew(begun.session);
      return begun.bearer;
    } catch (error) {
      this.#failed(kept, error);
      return undefined;
    }
  }

  #learn(kept: Kept, begun: Begun): void {
    const { name, addresses } = ownAccount(begun);
    this.shelf.update(kept.id, { name, addresses });
    this.kept = this.shelf.all();
  }

  #failed(kept: Kept, error: unknown): void {
    const standing = standingOf(error);
    this.use = standing ? { name: 'stands', kept, standing } : { name: 'failed', kept, problem: problemText(error) };
  }

  async #leave(): Promise<void> {
    const secret = carried();
    carry(undefined);
    this.use = { name: 'nothing' };
    session.end('signed-out');
    // What is not told ends by itself within the hour.
    if (secret !== undefined) void api.endSession(secret).catch(() => undefined);
  }

  /** The portal ended the session, and it could not be begun anew. */
  #ended(): void {
    const { use } = this;
    carry(undefined);
    if (use.name !== 'ready') return;
    const because = session.phase.name === 'signed-out' ? session.phase.because : 'ended';
    if (because === 'disabled') this.use = { name: 'stands', kept: use.kept, standing: 'account-disabled' };
    else this.use = { name: 'failed', kept: use.kept, problem: t('problem.unreachable') };
  }

  #goesOn({ id }: Kept): boolean {
    return this.use.name === 'ready' && this.use.kept.id === id && session.phase.name === 'signed-in';
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(task);
    this.#turn = run.catch(() => undefined);
    return run;
  }
}
