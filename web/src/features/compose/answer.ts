// What a reply or a forwarded message begins with.
import type { OpenDelivery } from '../../api/types';
import type { Answering } from '../../shell/router';
import { t } from '../../text';
import { fullTime, personName } from '../../text/formats';
import type { FileRef, Mailbox, Opened } from '../../vault/protocol';
import { addTo, canonical, without, type Addressee } from './recipients';

export interface Beginning {
  to: Addressee[];
  cc: Addressee[];
  subject: string;
  text: string;
  /** Files that are stored already and go along without another upload. */
  files: FileRef[];
}

/** Where those who took part in a message are reached now, by the canonical address that they took part under. */
export type Moved = ReadonlyMap<string, string>;

export function movedIn({ sender, sender_now, slip }: OpenDelivery): Moved {
  const all = [{ address: sender.address, now: sender_now }, ...slip.participants];
  return new Map(all.flatMap(({ address, now }) => (now ? [[canonical(address), now] as const] : [])));
}

export function beginning(how: Answering, opened: Opened, own: readonly string[], moved: Moved): Beginning {
  if (how === 'forward') {
    return {
      to: [],
      cc: [],
      subject: prefixed('Fwd:', /^(?:fwd?|wg|tr):/i, opened.subject),
      text: `\n\n${forwarded(opened)}`,
      files: opened.files,
    };
  }
  return {
    ...recipientsOf(how, opened, own, moved),
    subject: prefixed('Re:', /^(?:re|aw|sv):/i, opened.subject),
    text: `\n\n${quoted(opened)}`,
    files: [],
  };
}

/**
 * Who gets the answer: people, wherever they are reached now. The address they took part under may be gone, or somebody
 * else's. The answer to a message of one's own goes to those it went to.
 */
function recipientsOf(
  how: 'reply' | 'reply-all',
  opened: Opened,
  own: readonly string[],
  moved: Moved,
): { to: Addressee[]; cc: Addressee[] } {
  const current = (person: Mailbox): Addressee => {
    const now = moved.get(canonical(person.address));
    return now === undefined ? person : { ...person, address: now, formerly: person.address };
  };
  const from = current(opened.from);
  const to = addTo([], opened.to.map(current));
  const cc = addTo([], opened.cc.map(current));
  if (without([from], own).length === 0) {
    const others = without(to, own);
    // What somebody wrote to nobody but themselves they answer to themselves.
    const first = others.length > 0 ? others : to;
    return { to: first, cc: how === 'reply-all' ? without(cc, [...own, ...first.map(addressOf)]) : [] };
  }
  if (how === 'reply') return { to: [from], cc: [] };
  return { to: [from], cc: without(addTo(to, cc), [...own, from.address]) };
}

const addressOf = ({ address }: Mailbox) => address;

function prefixed(prefix: string, already: RegExp, subject: string): string {
  return already.test(subject.trim()) ? subject.trim() : `${prefix} ${subject.trim()}`.trim();
}

function lines(text: string): string[] {
  return text.replaceAll('\r\n', '\n').trimEnd().split('\n');
}

export function quoted(opened: Opened): string {
  const head = t('compose.on-wrote', { date: fullTime(opened.date), name: personName(opened.from) });
  const body = lines(opened.text).map((line) => (line.startsWith('>') ? `>${line}` : line ? `> ${line}` : '>'));
  return [head, ...body].join('\n');
}

export function forwarded(opened: Opened): string {
  return [
    t('compose.forwarded'),
    t('compose.forwarded.from', { name: withAddress(opened.from) }),
    t('compose.forwarded.date', { date: fullTime(opened.date) }),
    t('compose.forwarded.subject', { subject: opened.subject }),
    t('compose.forwarded.to', { names: opened.to.map(withAddress).join(', ') }),
    '',
    ...lines(opened.text),
  ].join('\n');
}

function withAddress({ name, address }: Mailbox): string {
  return name ? `${name} <${address}>` : address;
}
