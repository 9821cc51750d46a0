// What a folder's list is made of, and how news is worked into it. Newest first; delivery ids sort by arrival.
import type { Delivery, Page } from '../../api/types';
import { otherName, personName } from '../../text/formats';
import type { Cover, OpenedCover } from '../../vault/protocol';

export interface Entry {
  delivery: Delivery;
  /** Its sender's certificate, in base64. */
  certificate: string;
  /** Absent where it could not be opened; then `failure` says why. */
  cover?: Cover;
  failure?: string;
}

/** An entry whose cover has yet to be opened. */
export type Closed = Pick<Entry, 'delivery' | 'certificate'>;

export function entryOf({ delivery, certificate }: Closed, opened: OpenedCover): Entry {
  return { delivery, certificate, ...opened };
}

/** Which deliveries of a page have to be opened yet: a cover never changes once it is there. */
export function unopened(entries: readonly Entry[], page: Page): Closed[] {
  const known = new Set(entries.map(({ delivery }) => delivery.id));
  return page.deliveries
    .filter(({ id }) => !known.has(id))
    .map((delivery) => ({ delivery, certificate: page.certificates[delivery.certificate_key] ?? '' }));
}

/** What did not open when it came; keys that came since may open it. */
export function sealedIn(entries: readonly Entry[]): Closed[] {
  return entries.filter(({ cover }) => !cover);
}

/** Takes over what was opened since, and nothing else of it. */
export function withOpened(entries: readonly Entry[], opened: readonly Entry[]): Entry[] {
  const covers = new Map(opened.flatMap(({ delivery, cover }) => (cover ? [[delivery.id, cover] as const] : [])));
  return entries.map((entry) => {
    const cover = covers.get(entry.delivery.id);
    return cover ? { delivery: entry.delivery, certificate: entry.certificate, cover } : entry;
  });
}

export interface Merged {
  entries: Entry[];
  next: string | undefined;
  /** What was not in the list before and lies above all of it. */
  arrived: Entry[];
}

/**
 * Works the newest page into the list. `opened` are the entries that `unopened` asked for. Where more arrived than a
 * page holds, the older part is dropped rather than left with a hole in it.
 */
export function mergeNewest(
  entries: readonly Entry[],
  next: string | undefined,
  page: Page,
  opened: readonly Entry[],
): Merged {
  const known = new Map([...entries, ...opened].map((entry) => [entry.delivery.id, entry]));
  const newest = page.deliveries.flatMap((delivery) => {
    const entry = known.get(delivery.id);
    return entry ? [{ ...entry, delivery }] : [];
  });
  const top = entries[0]?.delivery.id;
  const arrived = newest.filter(({ delivery }) => top === undefined || delivery.id > top);
  const last = newest.at(-1)?.delivery.id;
  const pageNext = page.next ?? undefined;
  const overlaps = entries.some(({ delivery }) => newest.some((entry) => entry.delivery.id === delivery.id));
  if (pageNext === undefined || last === undefined || !overlaps) return { entries: newest, next: pageNext, arrived };
  const older = entries.filter(({ delivery }) => delivery.id < last);
  // Nothing older was loaded: the list ends where the page ends, and goes on from there.
  return { entries: [...newest, ...older], next: older.length > 0 ? next : pageNext, arrived };
}

/**
 * Begins the list again with the newest page, because deliveries may have joined it anywhere. `opened` are the entries
 * that `unopened` asked for; what was opened before is not opened again.
 */
export function beginAnew(entries: readonly Entry[], page: Page, opened: readonly Entry[]): Merged {
  return { ...mergeNewest([], undefined, page, [...entries, ...opened]), arrived: [] };
}

/** Puts an older page below the list. */
export function append(entries: readonly Entry[], older: readonly Entry[]): Entry[] {
  const known = new Set(entries.map(({ delivery }) => delivery.id));
  return [...entries, ...older.filter(({ delivery }) => !known.has(delivery.id))];
}

/** Replaces one delivery's state, if it is in the list. */
export function update(entries: readonly Entry[], delivery: Delivery): Entry[] {
  return entries.map((entry) => (entry.delivery.id === delivery.id ? { ...entry, delivery } : entry));
}

export function unreadIn(entries: readonly Entry[]): number {
  return entries.filter(({ delivery }) => delivery.folder === 'inbox' && !delivery.read_at).length;
}

/** Whose names a list line shows: the sender's registered one, or in Sent the recipients. */
export function peopleOf({ delivery }: Entry): string[] {
  return delivery.folder === 'sent' ? delivery.to : [personName(delivery.sender)];
}

/** What the cover calls its sender, where that is not the registered name. */
export function signedAs({ delivery, cover }: Entry): string | undefined {
  return delivery.folder === 'sent' ? undefined : otherName(cover?.senderName, delivery.sender.name);
}
