// The signed-in person's folders as they are shown, kept up to date.
import * as api from '../../api/client';
import { openEvents } from '../../api/events';
import { Refused, isPassing, isRefused } from '../../api/problem';
import type { Change, Delivery, Folder } from '../../api/types';
import { session } from '../../session/session.svelte';
import { announcer } from '../../shell/announce.svelte';
import { t } from '../../text';
import { ChangeFeed } from './change-feed';
import { FolderList } from './folder.svelte';
import { peopleOf, type Entry } from './list';
import { workIn } from './news';

/** More single looks than this are answered by the newest page alone. */
const MOST_LOOKS = 20;

class Mailbox {
  inbox = $state.raw(new FolderList('inbox'));
  sent = $state.raw(new FolderList('sent'));
  connected = $state(true);
  /** Counts up when something of an open message may have changed. */
  touched = $state.raw<{ id: string }>();
  #feed: ChangeFeed | undefined;
  /** Whether anybody looks at the lists. */
  #listed = true;

  folder(folder: Folder): FolderList {
    return folder === 'inbox' ? this.inbox : this.sent;
  }

  /** Begins to keep up, unless that has begun. Where no list is shown, none is fetched. */
  start({ listed = true } = {}): void {
    if (this.#feed) return;
    this.#listed = listed;
    this.#feed = new ChangeFeed({
      connect: openEvents,
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
    if (changes) {
      await workIn(changes, {
        follow: (version) => session.follow(version),
        refreshAccount: () => session.refresh(),
        lookAt: (deliveries, anew) => this.#lookAt(deliveries, anew),
      });
      return;
    }
    // Anew, since what was listed may be gone: the portal may have been restored to an earlier day.
    if (this.#listed) await this.inbox.refresh(true);
    if (this.sent.state !== 'new') await this.sent.refresh(true);
    // Between the session that the page began with and what the feed tells from now on something may have happened.
    await session.catchUp();
  }

  async #lookAt(deliveries: ReadonlySet<string>, anew: boolean): Promise<void> {
    if (!this.#listed) {
      for (const id of deliveries) this.touched = { id };
      return;
    }
    const arrived = await this.inbox.refresh(anew);
    await this.sent.refresh(anew);
    await this.#lookAtOlder(deliveries);
    for (const id of deliveries) this.touched = { id };
    this.#announce(arrived);
  }

  /** Keys came: what stands sealed in the lists may open now. */
  async tryAgain(): Promise<void> {
    await Promise.all([this.inbox.tryAgain(), this.sent.tryAgain()]);
  }

  /** What was read in another window may lie below the newest page. */
  async #lookAtOlder(ids: ReadonlySet<string>): Promise<void> {
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
// What cannot be opened even so stays as it is.
session.whenKeysCome(() => void mailbox.tryAgain().catch(() => undefined));
