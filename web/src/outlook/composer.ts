// Takes a message that is being written in Outlook into the draft that the compose form seals and sends.
import type { Attachment } from '../features/compose/attachment.svelte';
import type { Composing } from '../features/compose/composing.svelte';
import { draft } from '../features/compose/draft.svelte';
import { addTo, isAddress } from '../features/compose/recipients';
import { t } from '../text';
import type { Written } from './host';
import { letterText } from './letter';
import { takable, type Composer, type Shown } from './send-secure.svelte';

export class DraftComposer implements Composer {
  /** By the id that the file has in Outlook, so that what is stored already is not uploaded again. */
  #attached = new Map<string, Attachment>();

  constructor(private readonly composing: () => Composing) {}

  busy(): boolean {
    return this.composing().step !== undefined;
  }

  async fill(shown: Shown, item: Written): Promise<boolean> {
    const composing = this.composing();
    composing.problem = '';
    const bad = [...shown.to, ...shown.cc, ...shown.bcc].find(({ address }) => !isAddress(address));
    if (bad) {
      composing.problem = t('compose.bad-address', { text: bad.address });
      return false;
    }
    for (const field of ['to', 'cc', 'bcc'] as const) draft[field] = addTo([], shown[field]);
    draft.subject = shown.subject;
    const { text, html } = letterText(await item.body(), window);
    draft.text = text;
    draft.html = html;
    return this.#attach(shown, item);
  }

  send(): Promise<void> {
    return this.composing().send();
  }

  async #attach({ files }: Shown, item: Written): Promise<boolean> {
    const composing = this.composing();
    const wanted = files.filter(takable);
    composing.fileProblem = '';
    for (const [id, attachment] of this.#attached) {
      // The draft is emptied where another account is to send.
      if (wanted.some((file) => file.id === id) && draft.attachments.includes(attachment)) continue;
      draft.detach(attachment);
      this.#attached.delete(id);
    }
    for (const { id } of wanted) {
      const attached = this.#attached.get(id);
      if (attached?.state.name === 'failed') attached.start();
      if (attached) continue;
      composing.attach([await item.file(id)]);
      // Nothing goes out without a file that belongs to it.
      if (composing.fileProblem) return false;
      const added = draft.attachments.at(-1);
      if (added) this.#attached.set(id, added);
    }
    return true;
  }
}
