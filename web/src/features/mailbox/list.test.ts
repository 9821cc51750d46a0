import { describe, expect, it } from 'vitest';
import type { Delivery, Page } from '../../api/types';
import {
  append,
  beginAnew,
  entryOf,
  mergeNewest,
  peopleOf,
  sealedIn,
  signedAs,
  unopened,
  unreadIn,
  update,
  withOpened,
  type Entry,
} from './list';

const delivery = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  id,
  message: `m${id}`,
  folder: 'inbox',
  sent_at: 0,
  read_at: null,
  sender: { name: 'Anna', address: 'anna@example.test' },
  sender_fingerprint: '00',
  certificate_key: '00 anna',
  to: ['bert@example.test'],
  key_packet: '',
  cover: '',
  files: 0,
  size: 0,
  ...more,
});
const cover = { subject: 's', senderName: 'Anna Smith', snippet: '', files: [] };
const entry = (id: string, more: Partial<Delivery> = {}): Entry => ({
  delivery: delivery(id, more),
  certificate: 'Anna',
  cover,
});
const page = (ids: string[], next?: string): Page => ({
  deliveries: ids.map((id) => delivery(id)),
  certificates: { '00 anna': 'Anna' },
  ...(next ? { next } : {}),
});
const ids = (entries: readonly Entry[]) => entries.map((each) => each.delivery.id).join('');

/** Merges as the folder does: what is not known is opened first. */
function merge(entries: Entry[], next: string | undefined, newest: Page) {
  return mergeNewest(
    entries,
    next,
    newest,
    unopened(entries, newest).map((closed) => ({ ...closed, cover })),
  );
}

describe('mergeNewest', () => {
  it('puts what arrived above, and says so', () => {
    const merged = merge([entry('3'), entry('2'), entry('1')], undefined, page(['5', '4', '3'], '3'));
    expect(ids(merged.entries)).toBe('54321');
    expect(ids(merged.arrived)).toBe('54');
    expect(merged.next).toBeUndefined();
  });

  it('takes the new state of what is there, and keeps its opened cover', () => {
    const newest = { ...page([]), deliveries: [delivery('1', { read_at: 7 })] };
    const merged = merge([entry('1')], undefined, newest);
    expect(merged.entries).toEqual([entry('1', { read_at: 7 })]);
    expect(merged.arrived).toEqual([]);
  });

  it('starts anew where more arrived than a page holds, rather than leave a hole', () => {
    const merged = merge([entry('2'), entry('1')], undefined, page(['9', '8', '7'], '7'));
    expect(ids(merged.entries)).toBe('987');
    expect(merged.next).toBe('7');
  });

  it('goes on from the page where nothing older was loaded', () => {
    const merged = merge([entry('3'), entry('2')], '2', page(['3', '2'], '2'));
    expect(merged.next).toBe('2');
    expect(merge([entry('4'), entry('3')], '3', page(['4', '3', '2'], '2')).next).toBe('2');
  });

  it('shows the whole folder where the page is all of it', () => {
    expect(ids(merge([entry('3'), entry('1')], '1', page(['3'])).entries)).toBe('3');
  });

  it('fills an empty list, and counts all of it as new', () => {
    const merged = merge([], undefined, page(['2', '1']));
    expect(ids(merged.arrived)).toBe('21');
  });
});

describe('beginAnew', () => {
  it('shows what joined in the middle, and announces none of it', () => {
    const before = [entry('9'), entry('5'), entry('1')];
    const newest = page(['9', '8', '5'], '5');
    const opened = unopened(before, newest).map((closed) => ({ ...closed, cover }));
    expect(opened.map((each) => each.delivery.id)).toEqual(['8']);
    const merged = beginAnew(before, newest, opened);
    expect(ids(merged.entries)).toBe('985');
    // The rest is read again: something may have joined there as well.
    expect(merged.next).toBe('5');
    expect(merged.arrived).toEqual([]);
  });
});

describe('what did not open when it came', () => {
  const sealed: Entry = { delivery: delivery('2'), certificate: 'Anna', failure: 'wrong-key' };

  it('opens with keys that came since, and keeps the state it has by then', () => {
    const entries = [entry('3'), sealed, entry('1')];
    expect(ids(sealedIn(entries) as Entry[])).toBe('2');
    const meanwhile = update(entries, delivery('2', { read_at: 5 }));
    const opened = withOpened(meanwhile, [{ delivery: delivery('2'), certificate: 'Anna', cover }]);
    expect(opened).toEqual([entry('3'), entry('2', { read_at: 5 }), entry('1')]);
  });

  it('stays as it is where they do not open it either', () => {
    expect(withOpened([sealed], [{ ...sealed, failure: 'damaged' }])).toEqual([sealed]);
  });
});

describe('the list', () => {
  it('grows downwards without doubles', () => {
    expect(ids(append([entry('3'), entry('2')], [entry('2'), entry('1')]))).toBe('321');
  });

  it('counts what is unread in the Inbox alone', () => {
    expect(unreadIn([entry('1'), entry('2', { read_at: 5 }), entry('3', { folder: 'sent' })])).toBe(1);
    expect(unreadIn(update([entry('1')], delivery('1', { read_at: 5 })))).toBe(0);
  });

  it('shows a message that did not open as such, never as nothing', () => {
    const closed = { delivery: delivery('1'), certificate: 'Anna' };
    expect(entryOf(closed, { failure: 'bad-signature' })).toEqual({ ...closed, failure: 'bad-signature' });
  });

  it('names senders in the Inbox and recipients in Sent', () => {
    expect(peopleOf(entry('1'))).toEqual(['Anna']);
    expect(peopleOf({ delivery: delivery('1'), certificate: '', failure: 'truncated' })).toEqual(['Anna']);
    expect(peopleOf(entry('1', { folder: 'sent' }))).toEqual(['bert@example.test']);
  });

  it('does not call senders what they call themselves, and says what that is', () => {
    const eve = { sender: { name: 'Eve Guest', address: 'eve@example.test' } };
    const posing = { ...entry('1', eve), cover: { ...cover, senderName: ' The  Administrator' } };
    expect(peopleOf(posing)).toEqual(['Eve Guest']);
    expect(signedAs(posing)).toBe('The Administrator');
    expect(signedAs({ ...posing, cover: { ...cover, senderName: 'Eve  Guest ' } })).toBeUndefined();
    expect(signedAs({ ...posing, cover: { ...cover, senderName: '' } })).toBeUndefined();
    const nameless = { ...entry('1', { sender: { name: null, address: 'eve@example.test' } }), cover };
    expect([peopleOf(nameless), signedAs(nameless)]).toEqual([['eve@example.test'], 'Anna Smith']);
    expect(signedAs(entry('1', { folder: 'sent' }))).toBeUndefined();
  });
});
