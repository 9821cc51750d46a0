// A message that is being written in Outlook.
import { fromBase64 } from '../api/bytes';
import type { Attached, Person, Written } from './host';
import { called, need, OfficeError } from './office-call';
import { leave } from './office-leave';

export function written(item: Office.MessageCompose): Written {
  return {
    kind: 'written',
    async recipients() {
      const [to, cc, bcc] = await Promise.all([item.to, item.cc, item.bcc].map(people));
      return { to: to ?? [], cc: cc ?? [], bcc: bcc ?? [] };
    },
    subject: () => called((done) => item.subject.getAsync(done)),
    async body() {
      need('1.3');
      const [text, html] = await Promise.all([
        called<string>((done) => item.body.getAsync(Office.CoercionType.Text, done)),
        called<string>((done) => item.body.getAsync(Office.CoercionType.Html, done)),
      ]);
      return { text, html };
    },
    files: () => files(item),
    file: (id) => file(item, id),
    leave: (what) => leave(item, what),
  };
}

async function people(field: Office.Recipients): Promise<Person[]> {
  const details = await called<Office.EmailAddressDetails[]>((done) => field.getAsync(done));
  return details.map(({ displayName, emailAddress }) =>
    // Outlook repeats the address where it knows no name.
    displayName && displayName !== emailAddress
      ? { name: displayName, address: emailAddress }
      : { address: emailAddress },
  );
}

/** What is attached, inline images among it. */
export async function files(item: Office.MessageCompose): Promise<Attached[]> {
  need('1.8');
  const details = await called<Office.AttachmentDetailsCompose[]>((done) => item.getAttachmentsAsync(done));
  return details.map(({ id, name, size, isInline, attachmentType }) => {
    const { Cloud, Item } = Office.MailboxEnums.AttachmentType;
    const kind = attachmentType === Cloud ? 'cloud' : attachmentType === Item ? 'item' : 'file';
    return { id, name, size, inline: isInline, kind };
  });
}

async function file(item: Office.MessageCompose, id: string): Promise<File> {
  const attached = (await files(item)).find((each) => each.id === id);
  if (!attached) throw new OfficeError('refused');
  const got = await called<Office.AttachmentContent>((done) => item.getAttachmentContentAsync(id, done));
  const { Base64, Eml, ICalendar } = Office.MailboxEnums.AttachmentContentFormat;
  const { name } = attached;
  switch (got.format) {
    case Base64:
      // Outlook does not tell its type.
      return new File([fromBase64(got.content) as Uint8Array<ArrayBuffer>], name);
    case Eml:
      return new File([got.content], ending(name, '.eml'), { type: 'message/rfc822' });
    case ICalendar:
      return new File([got.content], ending(name, '.ics'), { type: 'text/calendar' });
    default:
      throw new OfficeError('in-cloud');
  }
}

/** An item's name is its subject. */
function ending(name: string, end: string): string {
  return name.toLowerCase().endsWith(end) ? name : name + end;
}
