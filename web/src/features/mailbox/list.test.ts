import { describe, expect, it } from 'vitest';
import type { Delivery, Page } from '../../api/types';
import { append, entryOf, mergeNewest, peopleOf, unopened, unreadIn, update, type Entry } from './list';

const delivery = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  id,
  message: `m${id}`,
  folder: 'inbox',
  sent_at: 0,
  read_at: null,
  sender: { name: 'Anna', address: 'anna@example.test' },
  sender_fingerprint: '00',
  to: ['bert@example.test'],
  key_packet: '',
  cover: '',
  files: 0,
  size: 0,
  ...more,
});
const cover = { subject: 's', senderName: 'Anna Smith', snippet: '', files: [] };
const entry = (id: string, more: Partial<Delivery> = {}): Entry => ({ delivery: delivery(id, more), cover });
const page = (ids: string[], next?: string): Page => ({
  deliveries: ids.map((id) => delivery(id)),
  certificates: {},
  ...(next ? { next } : {}),
});
const ids = (entries: readonly Entry[]) => entries.map((each) => each.delivery.id).join('');

/** Merges as the folder does: what is not known is opened first. */
function merge(entries: Entry[], next: string | undefined, newest: Page) {
  return mergeNewest(
    entries,
    next,
    newest,
    unopened(entries, newest).map(({ id }) => entry(id)),
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
    expect(merged.entries).toEqual([{ delivery: delivery('1', { read_at: 7 }), cover }]);
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

describe('the list', () => {
  it('grows downwards without doubles', () => {
    expect(ids(append([entry('3'), entry('2')], [entry('2'), entry('1')]))).toBe('321');
  });

  it('counts what is unread in the Inbox alone', () => {
    expect(unreadIn([entry('1'), entry('2', { read_at: 5 }), entry('3', { folder: 'sent' })])).toBe(1);
    expect(unreadIn(update([entry('1')], delivery('1', { read_at: 5 })))).toBe(0);
  });

  it('shows a message that did not open as such, never as nothing', () => {
    expect(entryOf(delivery('1'), { failure: 'bad-signature' })).toEqual({
      delivery: delivery('1'),
      failure: 'bad-signature',
    });
  });

  it('names senders in the Inbox and recipients in Sent', () => {
    expect(peopleOf(entry('1'))).toEqual(['Anna Smith']);
    expect(peopleOf({ delivery: delivery('1'), failure: 'truncated' })).toEqual(['Anna']);
    expect(peopleOf(entry('1', { folder: 'sent' }))).toEqual(['bert@example.test']);
  });
});
