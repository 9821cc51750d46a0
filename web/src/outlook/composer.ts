// Takes a message that is being written in Outlook into the draft that the compose form seals and sends.
import type { Attachment } from '../features/compose/attachment.svelte';
import type { Composing } from '../features/compose/composing.svelte';
import type { draft } from '../features/compose/draft.svelte';
import { addTo, isAddress } from '../features/compose/recipients';
import { t } from '../text';
import type { Attached, Written } from './host';
import type { LetterText } from './letter';
import { takable, type Body, type Composer, type Shown } from './send-secure.svelte';

export interface ComposerParts {
  composing: Pick<Composing, 'step' | 'asking' | 'problem' | 'fileProblem' | 'attach' | 'send'>;
  draft: Pick<typeof draft, 'to' | 'cc' | 'bcc' | 'subject' | 'text' | 'html' | 'attachments' | 'messageId' | 'detach'>;
  /** Whose session goes on. */
  account(): string | undefined;
  letter(body: Body): LetterText;
}

export class DraftComposer implements Composer {
  /** By the id that the file has in Outlook, so that what is stored already is not uploaded again. */
  #attached = new Map<string, Attachment>();
  /** The list that those ids are of: they may be places in it, which other files have in another one. */
  #listed = '';
  /** Which draft was filled, and for whom. */
  #filled = '';

  constructor(private readonly parts: ComposerParts) {}

  /** What is asked is about the message as it was taken over. */
  busy(): boolean {
    const { step, asking } = this.parts.composing;
    return step !== undefined || asking !== undefined;
  }

  /** Whether what was taken over is still there, and would be sent by the same account. */
  isStill(): boolean {
    return this.#filled === this.#now();
  }

  async fill(shown: Shown, body: Body, item: Written): Promise<boolean> {
    const { composing, draft, letter } = this.parts;
    composing.problem = '';
    const bad = [...shown.to, ...shown.cc, ...shown.bcc].find(({ address }) => !isAddress(address));
    if (bad) {
      composing.problem = t('compose.bad-address', { text: bad.address });
      return false;
    }
    this.#filled = this.#now();
    for (const field of ['to', 'cc', 'bcc'] as const) draft[field] = addTo([], shown[field]);
    draft.subject = shown.subject;
    const { text, html } = letter(body);
    draft.text = text;
    draft.html = html;
    return this.#attach(shown, item);
  }

  async send(): Promise<void> {
    if (this.#goesOn()) await this.parts.composing.send();
  }

  async #attach({ files }: Shown, item: Written): Promise<boolean> {
    const { composing, draft } = this.parts;
    composing.fileProblem = '';
    this.#drop(files);
    for (const { id } of files.filter(takable)) {
      const attached = this.#attached.get(id);
      if (attached?.state.name === 'failed') attached.start();
      if (attached) continue;
      const file = await item.file(id);
      if (!this.#goesOn()) return false;
      composing.attach([file]);
      // Nothing goes out without a file that belongs to it.
      if (composing.fileProblem) return false;
      const added = draft.attachments.at(-1);
      if (added) this.#attached.set(id, added);
    }
    // While they were fetched, one place after the other, another file may have come into a place.
    if (listOf(await item.files()) === this.#listed) return this.#goesOn();
    this.#listed = '';
    composing.problem = t('pane.send.changed');
    return false;
  }

  /** Lets go of what is not in this list, or not in the draft any more, which is emptied for another account. */
  #drop(files: readonly Attached[]): void {
    const { draft } = this.parts;
    const listed = listOf(files);
    for (const [id, attachment] of this.#attached) {
      if (listed === this.#listed && draft.attachments.includes(attachment)) continue;
      draft.detach(attachment);
      this.#attached.delete(id);
    }
    this.#listed = listed;
  }

  #goesOn(): boolean {
    if (!this.isStill()) this.parts.composing.problem = t('compose.other-sender');
    return this.isStill();
  }

  /** Every draft has a message id of its own, and an emptied one a new one. */
  #now(): string {
    return JSON.stringify([this.parts.draft.messageId, this.parts.account()]);
  }
}

function listOf(files: readonly Attached[]): string {
  return JSON.stringify(files.map(({ id, name, size }) => [id, name, size]));
}
