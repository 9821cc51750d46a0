// What the page that stands in for Outlook has and shows.
import { Draft, type DraftWritten } from './draft.svelte';
import { ribbonOf, type Button, type Ribbon, type Tab } from './manifest';
import type { Item } from './protocol';

/** A basic mail, as the demonstration tells it. */
export interface Mail {
  to: string;
  from: string;
  subject: string;
  date: string;
  text: string;
  html: string;
}

export type Trouble = 'mails' | 'ribbon';

export class Outlook {
  mails = $state.raw<Mail[]>([]);
  /** Whose mails are shown. */
  inbox = $state('');
  /** The mail that is read, or the message that is written. */
  place = $state.raw<Mail | Draft>();
  /** What was saved of messages, newest first. */
  drafts = $state.raw<Draft[]>([]);
  /** Which button's pane is open. */
  pane = $state.raw<Button>();
  ribbon = $state.raw<Ribbon>({ reading: [], writing: [] });
  trouble = $state.raw<Trouble>();

  readonly inboxes = $derived([...new Set(this.mails.map(({ to }) => to))].sort());
  readonly shown = $derived(this.mails.filter(({ to }) => to === this.inbox));
  readonly draft = $derived(this.place instanceof Draft ? this.place : undefined);
  readonly mail = $derived(this.place instanceof Draft ? undefined : this.place);
  readonly tabs: Tab[] = $derived(this.draft ? this.ribbon.writing : this.ribbon.reading);

  /** What the pane stands beside, as it is told. */
  readonly item = $derived.by((): Item | undefined => {
    if (this.draft) return { kind: 'written', id: this.draft.id };
    if (!this.mail) return undefined;
    const { subject, from, to } = this.mail;
    return { kind: 'received', subject, from: someone(from), to: [someone(to)] };
  });

  async start(): Promise<void> {
    await Promise.all([this.readManifest(), this.reload()]);
  }

  async readManifest(): Promise<void> {
    try {
      this.ribbon = ribbonOf(await got('/outlook/manifest.xml', (answer) => answer.text()));
    } catch {
      this.trouble = 'ribbon';
    }
  }

  /** Asks for the demonstration's mails; those that a test brought stay. */
  async reload(): Promise<void> {
    try {
      const mails = await got('/demo/basic-mail.json', (answer) => answer.json() as Promise<Mail[]>);
      this.mails = [...this.mails.filter((mail) => this.#received.has(mail)), ...mails];
      if (this.trouble === 'mails') this.trouble = undefined;
    } catch {
      // In a test there is no demonstration to ask.
      if (this.mails.length === 0) this.trouble = 'mails';
    }
    if (!this.inboxes.includes(this.inbox)) this.inbox = this.inboxes[0] ?? '';
  }

  #received = new Set<Mail>();

  receive(mail: Mail): void {
    this.#received.add(mail);
    this.mails = [mail, ...this.mails];
    this.chooseInbox(mail.to);
    this.open(mail);
  }

  /** Another mailbox is another Outlook. */
  chooseInbox(inbox: string): void {
    if (inbox === this.inbox) return;
    this.pane = undefined;
    this.leave();
    this.inbox = inbox;
  }

  open(place: Mail | Draft | undefined): void {
    if (place === this.place) return;
    // A pane belongs to what it was opened beside: a message that is written has a window of its own.
    if (this.draft || place instanceof Draft) this.pane = undefined;
    this.leave();
    this.place = place;
  }

  write(written?: DraftWritten): void {
    this.open(new Draft(written));
  }

  save(draft: Draft): void {
    draft.save();
    if (!this.drafts.includes(draft)) this.drafts = [draft, ...this.drafts];
  }

  /** Closes what is written: what was saved of it stays. */
  close(draft: Draft): void {
    draft.revert();
    if (this.draft !== draft) return;
    this.place = undefined;
    this.pane = undefined;
  }

  discard(draft: Draft): void {
    this.drafts = this.drafts.filter((each) => each !== draft);
    this.close(draft);
  }

  /** Outlook saves what is left lying. */
  private leave(): void {
    if (this.draft?.changed) this.save(this.draft);
    this.place = undefined;
  }
}

/** `Name <address>`, or an address alone. */
function someone(written: string) {
  const [, name = '', address = written] = /^(.*?)\s*<(.*)>$/.exec(written) ?? [];
  return { displayName: name || address, emailAddress: address, recipientType: 'other' };
}

async function got<Value>(path: string, read: (answer: Response) => Promise<Value>): Promise<Value> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(path);
  return read(answer);
}
