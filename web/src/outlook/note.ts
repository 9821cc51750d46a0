// What stays in Outlook in place of a message that was sent securely, where the portal wants a note: to whom and when, and
// where to read it. Never what it says: Outlook's folders are not sealed.
import { hrefOf } from '../shell/router';
import { t } from '../text';
import { fullTime, personName } from '../text/formats';
import type { Leaves, Person } from './host';

/** Where the sealed copy is. */
export function sealedCopy(delivery: string, origin: string): string {
  return origin + hrefOf({ page: 'folder', folder: 'sent', delivery });
}

/** Bcc stays out: the note might be passed on. */
export function noteOf({ to, cc }: { to: Person[]; cc: Person[] }, at: number, link: string): Leaves {
  const names = [...to, ...cc].map((person) =>
    person.name ? `${personName(person)} <${person.address}>` : person.address,
  );
  const lines = [
    escaped(t('pane.note.sent', { time: fullTime(at) })),
    ...(names.length > 0 ? [escaped(t('pane.note.to', { names: names.join(', ') }))] : []),
    `${escaped(t('pane.note.read'))} <a href="${escaped(link)}">${escaped(link)}</a>`,
  ];
  return { kind: 'note', subject: t('pane.note.subject'), html: lines.map((line) => `<p>${line}</p>`).join('') };
}

function escaped(text: string): string {
  const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign);
}
