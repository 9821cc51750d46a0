// What the page answers the pane in Outlook's place.
import { toBase64 } from '../api/bytes';
import { htmlOf, type Draft } from './draft.svelte';
import type { Outlook } from './outlook.svelte';
import type { Asked, Calls, Content, Failure, Listed } from './protocol';

/** As Office refuses. */
class Refusal extends Error {
  constructor(
    readonly code: number,
    override readonly name: string,
  ) {
    super(name);
  }
}

/** Answers one call, in the way that Office words it. */
export async function answer(outlook: Outlook, { call, given }: Asked): Promise<{ value?: unknown; error?: Failure }> {
  try {
    const calls = callsOf(outlook) as unknown as Record<string, (...given: unknown[]) => unknown>;
    return { value: await calls[call]?.(...given) };
  } catch (error) {
    const { code, name, message } = error instanceof Refusal ? error : new Refusal(9020, 'InternalError');
    return { error: { code, name, message } };
  }
}

function callsOf(outlook: Outlook): Calls {
  const { mail } = outlook;
  const written = (): Draft => {
    if (!outlook.draft) throw new Refusal(9020, 'NoItem');
    return outlook.draft;
  };
  return {
    greet: () => ({
      item: outlook.item,
      user: { displayName: outlook.inbox, emailAddress: outlook.inbox },
      // Outlook on the web tells the pane whose page it is in.
      partitionKey: location.origin,
    }),
    getBody(type) {
      const { html, text } = mail ?? written();
      if (type === 'text') return text;
      // Outlook gives a whole document.
      return `<html><head></head><body>${html || htmlOf(text)}</body></html>`;
    },
    getType: () => (written().rich ? 'html' : 'text'),
    setBody(body, type) {
      // Office's: the format of the body is the person's choice.
      if (type === 'html' && !written().rich) throw new Refusal(9008, 'InvalidFormatError');
      written().setBody(body, written().rich ? 'html' : 'text');
    },
    getSubject: () => written().subject,
    setSubject: (subject) => void (written().subject = subject),
    getPeople: (field) => written().people(field),
    setPeople: (field, people) => written().setPeople(field, people),
    // By their places, as some Outlooks number them.
    getFiles: () => written().files.map((file, at) => listed(file, String(at))),
    getFile: async (id) => contentOf(fileOf(written(), id)),
    removeFile(id) {
      const gone = fileOf(written(), id);
      written().files = written().files.filter((file) => file !== gone);
    },
    save() {
      outlook.save(written());
      return written().id;
    },
    close(discard) {
      // It would ask the person now: what was not saved is in the way of nobody here, and is saved.
      if (!discard && written().changed) outlook.save(written());
      outlook.close(written());
    },
  };
}

type Attachment = Draft['files'][number];

function fileOf({ files }: Draft, id: string): Attachment {
  const file = files[Number(id)];
  if (!file) throw new Refusal(9017, 'InvalidAttachmentId');
  return file;
}

function listed(attached: Attachment, id: string): Listed {
  const { name, inline = false } = attached;
  if ('file' in attached) return { id, name, size: attached.file.size, isInline: inline, attachmentType: 'file' };
  const { content, format } = attached;
  const types = { base64: 'file', eml: 'item', iCalendar: 'item', url: 'cloud' } as const;
  return { id, name, size: content.length, isInline: inline, attachmentType: types[format] };
}

async function contentOf(attached: Attachment): Promise<Content> {
  if (!('file' in attached)) return { content: attached.content, format: attached.format };
  return { content: toBase64(new Uint8Array(await attached.file.arrayBuffer())), format: 'base64' };
}
