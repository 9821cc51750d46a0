// What a reply or a forwarded message begins with.
import type { Answering } from '../../shell/router';
import { t } from '../../text';
import { fullTime, personName } from '../../text/formats';
import type { FileRef, Mailbox, Opened } from '../../vault/protocol';
import { addTo, without } from './recipients';

export interface Beginning {
  to: Mailbox[];
  cc: Mailbox[];
  subject: string;
  text: string;
  /** Files that are stored already and go along without another upload. */
  files: FileRef[];
}

export function beginning(how: Answering, opened: Opened, own: readonly string[]): Beginning {
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
    ...recipientsOf(how, opened, own),
    subject: prefixed('Re:', /^(?:re|aw|sv):/i, opened.subject),
    text: `\n\n${quoted(opened)}`,
    files: [],
  };
}

/** Who gets the answer. The answer to a message of one's own goes to those it went to. */
function recipientsOf(
  how: 'reply' | 'reply-all',
  opened: Opened,
  own: readonly string[],
): { to: Mailbox[]; cc: Mailbox[] } {
  const isOwn = without([opened.from], own).length === 0;
  if (isOwn && opened.to.length > 0) {
    return { to: addTo([], opened.to), cc: how === 'reply-all' ? without(opened.cc, opened.to.map(addressOf)) : [] };
  }
  const to = [opened.from];
  if (how === 'reply') return { to, cc: [] };
  const others = without([...opened.to, ...opened.cc], [...own, opened.from.address]);
  return { to, cc: addTo([], others) };
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
