// The signed-in person's folders as they are shown, kept up to date.
import { fromBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { Refused, isPassing, isRefused } from '../../api/problem';
import type { Change, Delivery, Folder, Page } from '../../api/types';
import { session } from '../../session/session.svelte';
import { announcer } from '../../shell/announce.svelte';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { vault } from '../../vault/client';
import type { SealedPart } from '../../vault/protocol';
import { ChangeFeed } from './change-feed';
import { append, entryOf, mergeNewest, peopleOf, unopened, unreadIn, update, type Entry } from './list';

async function openCovers(deliveries: Delivery[], certificates: Page['certificates']): Promise<Entry[]> {
  const parts = deliveries.map((delivery): SealedPart => ({
    message: delivery.message,
    keyPacket: fromBase64(delivery.key_packet),
    sealed: fromBase64(delivery.cover),
    senderCertificate: fromBase64(certificates[delivery.sender_fingerprint] ?? ''),
  }));
  const opened = parts.length > 0 ? await vault.call('openCovers', [parts]) : [];
  return deliveries.map((delivery, at) => entryOf(delivery, opened[at] ?? { failure: 'failed' }));
}

export class FolderList {
  entries = $state.raw<Entry[]>([]);
  next = $state.raw<string>();
  state = $state<'new' | 'loading' | 'ready'>('new');
  problem = $state('');
  unread = $derived(unreadIn(this.entries));
  #loading: Promise<void> | undefined;
  #refreshing: Promise<unknown> = Promise.resolve();

  constructor(readonly folder: Folder) {}

  /** Shows the newest page; answers what arrived since the last look. One after the other: each builds upon the last. */
  refresh(): Promise<Entry[]> {
    const run = this.#refreshing.then(() => this.#refresh());
    this.#refreshing = run.catch(() => undefined);
    return run;
  }

  async #refresh(): Promise<Entry[]> {
    const first = this.state === 'new';
    if (first) this.state = 'loading';
    try {
      const page = await api.deliveries(this.folder);
      const opened = await openCovers(unopened(this.entries, page), page.certificates);
      const merged = mergeNewest(this.entries, this.next, page, opened);
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
    this.#loading ??= this.#append().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #append(): Promise<void> {
    if (!this.next) return;
    try {
      const page = await api.deliveries(this.folder, this.next);
      this.entries = append(this.entries, await openCovers(page.deliveries, page.certificates));
      this.next = page.next ?? undefined;
      this.problem = '';
    } catch (error) {
      this.problem = problemText(error);
    }
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
}

/** More single looks than this are answered by the newest page alone. */
const MOST_LOOKS = 20;

class Mailbox {
  inbox = $state.raw(new FolderList('inbox'));
  sent = $state.raw(new FolderList('sent'));
  connected = $state(true);
  /** Counts up when something of an open message may have changed. */
  touched = $state.raw<{ id: string }>();
  #feed: ChangeFeed | undefined;

  folder(folder: Folder): FolderList {
    return folder === 'inbox' ? this.inbox : this.sent;
  }

  /** Begins to keep up, unless that has begun. */
  start(): void {
    if (this.#feed) return;
    this.#feed = new ChangeFeed({
      connect: () => new EventSource(api.eventsUrl),
      changes: api.changes,
      apply: (changes) => this.#apply(changes),
      connected: (connected) => (this.connected = connected),
      isOver: (error) => error instanceof Refused && !isPassing(error),
      later: (action, ms) => {
        const timer = setTimeout(action, ms);
        return () => clearTimeout(timer);
      },
    });
    this.#feed.start();
  }

  stop(): void {
    this.#feed?.stop();
    this.#feed = undefined;
    this.inbox = new FolderList('inbox');
    this.sent = new FolderList('sent');
    this.connected = true;
  }

  look(): void {
    void this.#feed?.look();
  }

  async setRead(delivery: Delivery, read: boolean): Promise<void> {
    await api.setRead(delivery.id, read);
    const entry = this.folder(delivery.folder).find(delivery.id);
    if (entry) this.folder(delivery.folder).update({ ...entry.delivery, read_at: read ? Date.now() : null });
  }

  async #apply(changes: Change[] | undefined): Promise<void> {
    if (changes?.length === 0) return;
    const ids = new Set(changes?.flatMap((change) => (change.kind === 'delivery' ? [change.id] : [])));
    if (changes?.some(({ kind }) => kind === 'account')) await session.refresh();
    if (changes && ids.size === 0) return;
    const arrived = await this.inbox.refresh();
    if (this.sent.state !== 'new' || changes) await this.sent.refresh();
    await this.#lookAtOlder(ids);
    for (const id of ids) this.touched = { id };
    this.#announce(arrived);
  }

  /** What was read in another window may lie below the newest page. */
  async #lookAtOlder(ids: Set<string>): Promise<void> {
    const newest = new Set(
      [this.inbox, this.sent].flatMap(({ entries }) => entries.slice(0, 50).map(({ delivery }) => delivery.id)),
    );
    const older = [...ids].filter((id) => !newest.has(id) && (this.inbox.has(id) || this.sent.has(id)));
    for (const id of older.slice(0, MOST_LOOKS)) {
      const delivery = await api.delivery(id).catch((error: unknown) => {
        if (isRefused(error, 'not-found')) return undefined;
        throw error;
      });
      if (delivery) this.folder(delivery.folder).update(delivery);
    }
  }

  #announce(arrived: Entry[]): void {
    const first = arrived[0];
    if (!first) return;
    announcer.say(t('mailbox.arrived', { n: arrived.length, name: peopleOf(first).join(', ') }));
  }
}

export const mailbox = new Mailbox();

session.whenEnded(() => mailbox.stop());
