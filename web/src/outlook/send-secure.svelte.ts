// From a message that is being written in Outlook to one that the portal has taken sealed. Outlook's draft stays as it is
// until then; what is left of it afterwards is the portal's policy.
import type { Leaves as Policy, Sent } from '../api/types';
import type { Attached, Leaves, Person, Written } from './host';

/** What is shown before it is sent. */
export interface Shown {
  to: Person[];
  cc: Person[];
  bcc: Person[];
  subject: string;
  files: Attached[];
  /** How many images of its text are not part of it, and do not go along. */
  elsewhere: number;
}

export type Body = Awaited<ReturnType<Written['body']>>;

/** Where the message is sealed and sent. */
export interface Composer {
  /** Whether it is at it. */
  busy(): boolean;
  /** Takes over what was written; whether all of it could be. */
  fill(shown: Shown, body: Body, item: Written): Promise<boolean>;
  /** Sends it, unless there is something to ask or to mend first. */
  send(): Promise<void>;
}

export interface SendSecureParts {
  item: Written;
  composer: Composer;
  leaves(): Policy;
  /** The note that is left where the portal wants one. */
  note(shown: Shown, sent: Sent): Leaves;
  /** How many images of a text are neither in it nor among the files. */
  elsewhere(body: Body, files: readonly Attached[]): number;
}

export type Stage = 'reading' | 'unreadable' | 'ready' | 'sending' | 'leaving' | 'left' | 'not-left';

export class SendSecure {
  stage = $state<Stage>('reading');
  shown = $state.raw<Shown>();
  /** Whether the draft was another than the one shown when it was to be sent. */
  changed = $state(false);
  sent = $state.raw<Sent>();
  /** What is still in Outlook's draft although it was to go. */
  still = $state.raw<readonly Still[]>([]);
  /** Whether something was written after it was pressed: that was not sent, so it is not taken out. */
  since = $state(false);
  /** As it was taken over for sending; nothing once the draft was changed by leaving. */
  #taken: Draft | undefined;
  /** What was counted last: the text seldom changes between two looks, and may be long. */
  #counted: { of: string; elsewhere: number } | undefined;

  constructor(private readonly parts: SendSecureParts) {}

  /** Shows the draft as it is now. */
  async look(): Promise<void> {
    if (!this.#shows()) return;
    const shown = await this.#read().then(
      ({ shown }) => shown,
      () => undefined,
    );
    // It may have been pressed meanwhile, which looks for itself.
    if (!this.#shows()) return;
    if (shown && !isSame(shown, this.shown)) this.shown = shown;
    this.stage = shown ? 'ready' : 'unreadable';
  }

  #shows(): boolean {
    return ['reading', 'ready', 'unreadable'].includes(this.stage) && !this.parts.composer.busy();
  }

  /** Sends what is shown. Once it was taken, there is nothing more to send. */
  async press(): Promise<void> {
    const { item, composer } = this.parts;
    if (this.sent || this.stage === 'sending' || composer.busy()) return;
    this.stage = 'sending';
    this.changed = false;
    try {
      const now = await this.#read();
      this.changed = !isSame(now.shown, this.shown);
      this.shown = now.shown;
      this.#taken = now;
      if (!this.changed && (await composer.fill(now.shown, now.body, item))) await composer.send();
      this.#back('ready');
    } catch {
      this.#back('unreadable');
    }
  }

  /** The portal has taken it. */
  async taken(sent: Sent): Promise<void> {
    if (this.sent) return;
    this.sent = sent;
    await this.leaveAgain();
  }

  /** Leaves in Outlook what the portal wants; once more, where that failed. */
  async leaveAgain(): Promise<void> {
    if (!this.sent || this.stage === 'leaving' || this.stage === 'left') return;
    this.stage = 'leaving';
    try {
      await this.#compare();
      await this.parts.item.leave(this.#left(this.sent));
      this.stage = 'left';
    } catch (error) {
      this.still = stillIn(error);
      // All is as it was to be, but for a window that one can close.
      this.stage = this.still.join() === 'window' ? 'left' : 'not-left';
    }
  }

  /** Once: what differs after leaving was tried may be its own doing. */
  async #compare(): Promise<void> {
    if (!this.#taken) return;
    this.since = !holdsNoMore(await this.#read(), this.#taken);
    this.#taken = undefined;
  }

  #left(sent: Sent): Leaves {
    if (this.since) return { kind: 'copy', open: true };
    const leaves = this.parts.leaves();
    if (leaves !== 'note') return { kind: leaves };
    return this.parts.note(this.shown ?? NOTHING, sent);
  }

  async #read(): Promise<Draft> {
    const { item } = this.parts;
    const reading = [item.recipients(), item.subject(), item.files(), item.body()] as const;
    const [recipients, subject, files, body] = await Promise.all(reading);
    const of = JSON.stringify([body.html, files]);
    if (this.#counted?.of !== of) this.#counted = { of, elsewhere: this.parts.elsewhere(body, files) };
    return { shown: { ...recipients, subject, files, elsewhere: this.#counted.elsewhere }, body };
  }

  #back(to: Stage): void {
    if (!this.sent) this.stage = to;
  }
}

interface Draft {
  shown: Shown;
  body: Body;
}

const NOTHING: Shown = { to: [], cc: [], bcc: [], subject: '', files: [], elsewhere: 0 };

/** Compares what was written alone: Outlook rewrites its HTML when it saves, and calls the files otherwise. */
function holdsNoMore(now: Draft, sent: Draft): boolean {
  const words = ({ shown, body }: Draft) =>
    JSON.stringify([shown.subject, body.text.replaceAll('\r\n', '\n').trimEnd(), shown.files.map(({ name }) => name)]);
  return words(now) === words(sent);
}

const isSame = (a: Shown, b: Shown | undefined) => JSON.stringify(a) === JSON.stringify(b);

const parts = ['recipients', 'subject', 'files', 'body', 'saved-copy', 'window'] as const;

/** What may still be in a draft. */
export type Still = (typeof parts)[number];

/** The host names what it could not take out; where it does not, all of it may be there. */
function stillIn(error: unknown): readonly Still[] {
  const named = error instanceof Error && 'still' in error && Array.isArray(error.still) ? error.still : [];
  const known = parts.filter((part) => named.includes(part));
  return known.length > 0 ? known : parts.filter((part) => part !== 'window');
}

/** What goes along as a file; a link into a cloud cannot be sealed. */
export function takable({ kind }: Attached): boolean {
  return kind !== 'cloud';
}
