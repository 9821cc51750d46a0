// What stays in Outlook once a message was sealed. Outlook keeps drafts on its server while they are written, so what must
// not stay is taken out first and the emptied draft is saved over that copy: a draft that was only discarded could be
// found again, in full.
import { inert } from '../features/reading/inert';
import type { Leaves } from './host';
import { called, has, OfficeError } from './office-call';
import { files } from './office-written';

/** `saved-copy`: the draft on the server is still as Outlook saved it last. `window`: only the message is still open. */
export type Still = 'recipients' | 'subject' | 'files' | 'body' | 'saved-copy' | 'window';

/** Names what is still in the draft although it was to go. */
export class LeaveError extends OfficeError {
  override name = 'LeaveError';

  constructor(
    readonly still: readonly Still[],
    cause: unknown,
  ) {
    super('refused', cause);
  }
}

/**
 * Tries every step, whatever became of those before it: the less is left, the better. Closes only what is as it should be.
 *
 * @throws `LeaveError`
 */
export async function leave(item: Office.MessageCompose, what: Leaves): Promise<void> {
  const still: Still[] = [];
  const causes: unknown[] = [];
  const step = async (part: Still, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      still.push(part);
      causes.push(error);
    }
  };
  await step('recipients', () => removeRecipients(item));
  if (what.kind !== 'copy') {
    const { subject, html } = what.kind === 'note' ? what : { subject: '', html: '' };
    await step('subject', () => called((done) => item.subject.setAsync(subject, done)));
    // Before the body: with it go the inline images, and with them the numbers by which Outlook calls the files.
    await step('files', () => removeFiles(item));
    await step('body', () => setBody(item, html));
  }
  await step('saved-copy', () => called((done) => item.saveAsync(done)));
  const stays = what.kind === 'copy' && what.open;
  if (still.length === 0 && !stays) await step('window', () => close(item));
  if (still.length > 0) throw new LeaveError(still, causes);
}

async function removeRecipients({ to, cc, bcc }: Office.MessageCompose): Promise<void> {
  const fields = [to, cc, bcc].map((field) => called((done) => field.setAsync([], done)));
  for (const result of await Promise.allSettled(fields)) if (result.status === 'rejected') throw result.reason;
}

async function removeFiles(item: Office.MessageCompose): Promise<void> {
  // The last one first: some Outlooks call a file by its place in the list.
  for (const { id } of (await files(item)).reverse()) {
    // What counts is the list afterwards.
    await called((done) => item.removeAttachmentAsync(id, done)).catch(() => undefined);
  }
  if ((await files(item)).length > 0) throw new OfficeError('refused');
}

async function setBody(item: Office.MessageCompose, html: string): Promise<void> {
  const { Html, Text } = Office.CoercionType;
  const type = await called<Office.CoercionType>((done) => item.body.getTypeAsync(done));
  // A plain text does not take HTML.
  const [data, coercionType] = type === Html ? [html, Html] : [textOf(html), Text];
  await called((done) => item.body.setAsync(data, { coercionType }, done));
}

/** Saved, it has nothing left to ask about; what is discarded are changes since then, of which there are none. */
async function close(item: Office.MessageCompose): Promise<void> {
  if (has('Mailbox', '1.14')) await called((done) => item.closeAsync({ discardItem: true }, done));
  else item.close();
}

/** A note's HTML as plain text: paragraphs apart, links with their address. */
function textOf(html: string): string {
  const { body } = new DOMParser().parseFromString(inert(html), 'text/html');
  for (const link of body.querySelectorAll('a')) {
    if (link.textContent !== link.href) link.append(` <${link.href}>`);
  }
  for (const line of body.querySelectorAll('br')) line.replaceWith('\n');
  for (const block of body.querySelectorAll('p, div, li')) block.append('\n');
  return body.textContent.trim();
}
