// An ordinary message that is being written, and what was saved of it.
import { parseRecipients } from '../features/compose/recipients';
import { inert } from '../features/reading/inert';
import type { Content, Field, Someone } from './protocol';

/** Something attached: a file of this computer, or what only Outlook has, as Office gives it. */
export type Attachment = { name: string; inline?: boolean } & ({ file: File } | Content);

/** As `window.standIn.write` takes it. Addresses are parted by commas; a body with `html` is rich. */
export interface DraftWritten {
  to?: string;
  cc?: string;
  bcc?: string;
  subject?: string;
  html?: string;
  text?: string;
  files?: Attachment[];
}

const FIELDS = ['to', 'cc', 'bcc', 'subject', 'rich', 'html', 'text', 'files'] as const;
type Saved = Pick<Draft, (typeof FIELDS)[number]>;

export class Draft {
  readonly kind = 'draft';
  readonly id = crypto.randomUUID();
  to = $state('');
  cc = $state('');
  bcc = $state('');
  subject = $state('');
  rich = $state(true);
  /** Of a rich body both; of a plain one `text` alone. */
  html = $state('');
  text = $state('');
  files = $state.raw<Attachment[]>([]);
  /** What Outlook's server would have. */
  saved = $state.raw<Saved>();

  constructor(written: DraftWritten = {}) {
    const { html, text, ...rest } = written;
    Object.assign(this, rest);
    if (html !== undefined) this.setBody(html, 'html');
    else if (text !== undefined) this.setBody(text, 'text');
  }

  setBody(body: string, type: 'html' | 'text'): void {
    this.rich = type === 'html';
    this.html = this.rich ? body : '';
    this.text = this.rich ? textOf(body) : body;
  }

  /** A plain body made rich: its paragraphs stay, as text. */
  setRich(): void {
    this.setBody(htmlOf(this.text), 'html');
  }

  people(field: Field): Someone[] {
    return parseRecipients(this[field]).recipients.map(({ name, address }) => ({
      displayName: name ?? address,
      emailAddress: address,
      recipientType: 'other',
    }));
  }

  setPeople(field: Field, people: (string | Partial<Someone>)[]): void {
    const written = people.map((each) => {
      if (typeof each === 'string') return each;
      return each.displayName ? `"${each.displayName}" <${each.emailAddress ?? ''}>` : (each.emailAddress ?? '');
    });
    this[field] = written.join(', ');
  }

  save(): void {
    const { to, cc, bcc, subject, rich, html, text, files } = this;
    this.saved = { to, cc, bcc, subject, rich, html, text, files };
  }

  /** What was not saved is gone. */
  revert(): void {
    if (this.saved) Object.assign(this, this.saved);
  }

  get changed(): boolean {
    const { saved } = this;
    if (!saved) return FIELDS.some((field) => field !== 'rich' && this[field].length > 0);
    return FIELDS.some((field) => this[field] !== saved[field]);
  }
}

/** The text of a body, as Outlook has it beside the HTML. */
function textOf(html: string): string {
  const { body } = new DOMParser().parseFromString(inert(html), 'text/html');
  for (const line of body.querySelectorAll('br')) line.replaceWith('\n');
  for (const block of body.querySelectorAll('p, div, li, blockquote')) block.append('\n');
  return body.textContent.trim();
}

/** A plain text as HTML, a paragraph a line. */
export function htmlOf(text: string): string {
  const serializer = new XMLSerializer();
  const lines = text.split('\n').map((line) => {
    const paragraph = document.createElement('p');
    paragraph.textContent = line;
    return serializer.serializeToString(paragraph);
  });
  return lines.join('');
}
