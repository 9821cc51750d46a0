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
}

/** Where the message is sealed and sent. */
export interface Composer {
  /** Whether it is at it. */
  busy(): boolean;
  /** Takes over what was written; whether all of it could be. */
  fill(shown: Shown, item: Written): Promise<boolean>;
  /** Sends it, unless there is something to ask or to mend first. */
  send(): Promise<void>;
}

export interface SendSecureParts {
  item: Written;
  composer: Composer;
  leaves(): Policy;
  /** The note that is left where the portal wants one. */
  note(shown: Shown, sent: Sent): Leaves;
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

  constructor(private readonly parts: SendSecureParts) {}

  /** Shows the draft as it is now. */
  async look(): Promise<void> {
    if (!this.#shows()) return;
    const shown = await read(this.parts.item).catch(() => undefined);
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
      const now = await read(item);
      this.changed = !isSame(now, this.shown);
      this.shown = now;
      if (!this.changed && (await composer.fill(now, item))) await composer.send();
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
      await this.parts.item.leave(this.#left(this.sent));
      this.stage = 'left';
    } catch (error) {
      this.still = stillIn(error);
      // All is as it was to be, but for a window that one can close.
      this.stage = this.still.join() === 'window' ? 'left' : 'not-left';
    }
  }

  #left(sent: Sent): Leaves {
    const leaves = this.parts.leaves();
    if (leaves !== 'note') return { kind: leaves };
    return this.parts.note(this.shown ?? { to: [], cc: [], bcc: [], subject: '', files: [] }, sent);
  }

  #back(to: Stage): void {
    if (!this.sent) this.stage = to;
  }
}

async function read(item: Written): Promise<Shown> {
  const [recipients, subject, files] = await Promise.all([item.recipients(), item.subject(), item.files()]);
  return { ...recipients, subject, files };
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
