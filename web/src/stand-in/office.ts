// Stands in for Microsoft's office.js, which we may not ship: the part of `Office` that the pane uses, as Outlook on the web
// has it, with the page around the frame for Outlook. A classic script, built as /demo/outlook/office.js.
import type { Asked, BodyType, Call, Calls, Field, Item, Someone, Told } from './protocol';

type Given = readonly unknown[];

const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
let asked = 0;
/** Whose page is around the frame, once it has answered. What is said before holds nothing. */
let around: string | undefined;

window.addEventListener('message', (event: MessageEvent<Told>) => {
  if (event.source !== window.parent) return;
  around ??= event.origin;
  const told = event.data;
  if (event.origin !== around) return;
  if (told.office === 'answered') {
    const waiter = waiting.get(told.id);
    waiting.delete(told.id);
    if (told.error) waiter?.reject(told.error);
    else waiter?.resolve(told.value as never);
  } else if (told.office === 'item') {
    mailbox.item = itemOf(told.item);
    for (const listener of listeners) listener({ type: Office.EventType.ItemChanged });
  }
});

function ask<Name extends Call>(
  call: Name,
  ...given: Parameters<Calls[Name]>
): Promise<Awaited<ReturnType<Calls[Name]>>> {
  asked += 1;
  const message: Asked = { office: 'asked', id: asked, call, given };
  const answer = new Promise<Awaited<ReturnType<Calls[Name]>>>((resolve, reject) => {
    waiting.set(message.id, { resolve, reject });
  });
  window.parent.postMessage(message, around ?? '*');
  return answer;
}

/** Office takes a callback last, with options before it, and calls it later, whatever happens. */
function later(given: Given, work: Promise<unknown>): void {
  const callback = given.findLast((each) => typeof each === 'function') as ((result: object) => void) | undefined;
  const options = given.find((each) => typeof each === 'object' && each !== null && 'asyncContext' in each);
  const { asyncContext } = (options ?? {}) as { asyncContext?: unknown };
  work.then(
    (value) => callback?.({ status: Office.AsyncResultStatus.Succeeded, value, asyncContext }),
    (error: unknown) => callback?.({ status: Office.AsyncResultStatus.Failed, value: undefined, error, asyncContext }),
  );
}

function itemOf(item: Item | undefined): object | undefined {
  const getAsync = (type: BodyType, ...given: Given) => later(given, ask('getBody', type));
  if (!item) return undefined;
  if (item.kind === 'received') {
    const { subject, from, to } = item;
    return { itemType: 'message', subject, from, to, cc: [], attachments: [], body: { getAsync } };
  }
  return {
    itemType: 'message',
    subject: {
      getAsync: (...given: Given) => later(given, ask('getSubject')),
      setAsync: (subject: string, ...given: Given) => later(given, ask('setSubject', subject)),
    },
    to: people('to'),
    cc: people('cc'),
    bcc: people('bcc'),
    body: {
      getAsync,
      getTypeAsync: (...given: Given) => later(given, ask('getType')),
      setAsync: (body: string, ...given: Given) => {
        const [options] = given as [{ coercionType?: BodyType } | undefined];
        later(given, ask('setBody', body, options?.coercionType ?? 'text'));
      },
    },
    getAttachmentsAsync: (...given: Given) => later(given, ask('getFiles')),
    getAttachmentContentAsync: (id: string, ...given: Given) => later(given, ask('getFile', id)),
    removeAttachmentAsync: (id: string, ...given: Given) => later(given, ask('removeFile', id)),
    saveAsync: (...given: Given) => later(given, ask('save')),
    closeAsync: (...given: Given) => {
      const [options] = given as [{ discardItem?: boolean } | undefined];
      later(given, ask('close', options?.discardItem ?? false));
    },
    close: () => later([], ask('close', false)),
  };
}

function people(field: Field) {
  return {
    getAsync: (...given: Given) => later(given, ask('getPeople', field)),
    setAsync: (set: (string | Partial<Someone>)[], ...given: Given) => later(given, ask('setPeople', field, set)),
  };
}

const listeners: ((event: object) => void)[] = [];

const mailbox = {
  item: undefined as object | undefined,
  userProfile: { displayName: '', emailAddress: '', timeZone: '' },
  diagnostics: { hostName: 'OutlookWebApp', hostVersion: '0.0.0.0' },
  addHandlerAsync(type: string, listener: (event: object) => void, ...given: Given) {
    if (type === Office.EventType.ItemChanged) listeners.push(listener);
    later(given, Promise.resolve());
  },
};

/** The last version of the set "Mailbox" whose calls are here. */
const MAILBOX = 14;

const context = {
  mailbox,
  diagnostics: { host: 'Outlook', platform: 'OfficeOnline', version: '0.0.0.0' },
  partitionKey: undefined as string | undefined,
  requirements: {
    isSetSupported(set: string, version = '1.1') {
      const [major, minor] = version.split('.').map(Number);
      return set === 'Mailbox' && major === 1 && (minor ?? 0) <= MAILBOX;
    },
  },
  ui: {},
};

type Ready = { host: string | null; platform: string | null };

async function start(): Promise<Ready> {
  if (window.parent === window) return { host: null, platform: null };
  const { item, user, partitionKey } = await ask('greet');
  mailbox.item = itemOf(item);
  Object.assign(mailbox.userProfile, user);
  context.partitionKey = partitionKey;
  return { host: 'Outlook', platform: 'OfficeOnline' };
}

const Office = {
  AsyncResultStatus: { Succeeded: 'succeeded', Failed: 'failed' },
  CoercionType: { Html: 'html', Text: 'text' },
  EventType: { ItemChanged: 'olkItemSelectedChanged' },
  HostType: { Outlook: 'Outlook' },
  PlatformType: {
    PC: 'PC',
    OfficeOnline: 'OfficeOnline',
    Mac: 'Mac',
    iOS: 'iOS',
    Android: 'Android',
    Universal: 'Universal',
  },
  MailboxEnums: {
    ItemType: { Message: 'message', Appointment: 'appointment' },
    AttachmentType: { File: 'file', Item: 'item', Cloud: 'cloud' },
    AttachmentContentFormat: { Base64: 'base64', Eml: 'eml', ICalendar: 'iCalendar', Url: 'url' },
  },
  context,
  onReady: async (callback?: (info: Ready) => unknown): Promise<Ready> => {
    const info = await ready;
    callback?.(info);
    return info;
  },
};

// As the real one does: who relies on them is to find out here.
Object.assign(window.history, { pushState: null, replaceState: null });
Object.assign(window, { Office });
const ready = start();
