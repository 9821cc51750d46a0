// One folder's list as it is shown. What changes it goes one after the other: each builds upon the last.
import { fromBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import type { Delivery, Folder, Page } from '../../api/types';
import { problemText } from '../../text/problem-text';
import { vault } from '../../vault/client';
import type { OpenedCover, SealedPart } from '../../vault/protocol';
import {
  append,
  beginAnew,
  entryOf,
  mergeNewest,
  sealedIn,
  unopened,
  unreadIn,
  update,
  withOpened,
  type Closed,
  type Entry,
} from './list';

export interface FolderParts {
  deliveries(folder: Folder, before?: string): Promise<Page>;
  openCovers(parts: SealedPart[]): Promise<OpenedCover[]>;
}

const realParts: FolderParts = {
  deliveries: api.deliveries,
  openCovers: (parts) => vault.call('openCovers', [parts]),
};

export class FolderList {
  entries = $state.raw<Entry[]>([]);
  next = $state.raw<string>();
  state = $state<'new' | 'loading' | 'ready'>('new');
  problem = $state('');
  unread = $derived(unreadIn(this.entries));
  #loading: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly folder: Folder,
    private readonly parts: FolderParts = realParts,
  ) {}

  /**
   * Shows the newest page; answers what arrived since the last look. `anew` where deliveries may have joined anywhere in
   * the list, which then begins again at the top.
   */
  refresh(anew = false): Promise<Entry[]> {
    return this.#inTurn(() => this.#refresh(anew));
  }

  async #refresh(anew: boolean): Promise<Entry[]> {
    const first = this.state === 'new';
    if (first) this.state = 'loading';
    try {
      const page = await this.parts.deliveries(this.folder);
      const opened = await this.#open(unopened(this.entries, page));
      const merged = anew ? beginAnew(this.entries, page, opened) : mergeNewest(this.entries, this.next, page, opened);
      this.entries = merged.entries;
      this.next = merged.next;
      this.state = 'ready';
      this.problem = '';
      return first ? [] : merged.arrived;
    } catch (error) {
      if (this.state === 'loading') this.state = 'new';
      this.problem = problemText(error);
      throw error;
    }
  }

  /** Loads the next older page; several calls at once are one. */
  loadMore(): Promise<void> {
    this.#loading ??= this.#inTurn(() => this.#append()).finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #append(): Promise<void> {
    if (!this.next) return;
    try {
      const page = await this.parts.deliveries(this.folder, this.next);
      this.entries = append(this.entries, await this.#open(unopened(this.entries, page)));
      this.next = page.next ?? undefined;
      this.problem = '';
    } catch (error) {
      this.problem = problemText(error);
    }
  }

  /** Opens what did not open when it came. */
  tryAgain(): Promise<void> {
    return this.#inTurn(async () => {
      const closed = sealedIn(this.entries);
      if (closed.length > 0) this.entries = withOpened(this.entries, await this.#open(closed));
    });
  }

  has(id: string): boolean {
    return this.entries.some(({ delivery }) => delivery.id === id);
  }

  update(delivery: Delivery): void {
    this.entries = update(this.entries, delivery);
  }

  find(id: string): Entry | undefined {
    return this.entries.find(({ delivery }) => delivery.id === id);
  }

  async #open(closed: readonly Closed[]): Promise<Entry[]> {
    const parts = closed.map(({ delivery, certificate }): SealedPart => ({
      message: delivery.message,
      keyPacket: fromBase64(delivery.key_packet),
      sealed: fromBase64(delivery.cover),
      senderCertificate: fromBase64(certificate),
    }));
    const opened = parts.length > 0 ? await this.parts.openCovers(parts) : [];
    return closed.map((each, at) => entryOf(each, opened[at] ?? { failure: 'failed' }));
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#last.then(task);
    this.#last = run.catch(() => undefined);
    return run;
  }
}
