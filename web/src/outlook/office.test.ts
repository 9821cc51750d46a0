// @vitest-environment jsdom
import { OfficeMockObject } from 'office-addin-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LeaveError, OfficeError, host, type Leaves, type Received, type Written } from './office';

type Done = (result: unknown) => void;

/** Which call fails, by its name here. */
let refused: Set<string>;
/** What was done, in order. */
let done: string[];
let mailbox: number;
let draft: ReturnType<typeof aDraft>;

function aDraft() {
  return {
    to: [
      { displayName: 'Ben Ortiz', emailAddress: 'ben@lawyers.example', recipientType: 'externalUser' },
      { displayName: 'cy@lawyers.example', emailAddress: 'cy@lawyers.example', recipientType: 'other' },
    ] as object[],
    cc: [{ displayName: '', emailAddress: 'dora@lawyers.example', recipientType: 'user' }] as object[],
    bcc: [] as object[],
    subject: 'The contract',
    html: '<html><body><p>Dear <b>Ben</b></p></body></html>',
    type: 'html',
    // Called by their places, as classic Outlook does.
    files: [
      { name: 'photo.png', size: 3, isInline: true, attachmentType: 'file', content: 'AQID', format: 'base64' },
      { name: 'Re: Offer', size: 9, isInline: false, attachmentType: 'item', content: 'Subject: x', format: 'eml' },
      { name: 'Meeting', size: 9, isInline: false, attachmentType: 'item', content: 'BEGIN:', format: 'iCalendar' },
      { name: 'plan.docx', size: 0, isInline: false, attachmentType: 'cloud', content: 'https://x', format: 'url' },
    ],
  };
}

/** An answer as Office gives it: later, and to the last argument. */
function answering(name: string, act: (...given: never[]) => unknown) {
  return (...given: unknown[]) => {
    const callback = given.at(-1) as Done;
    queueMicrotask(() => {
      if (refused.has(name)) {
        callback({ status: 'failed', error: { code: 9_000, name: 'Internal', message: 'Etwas ging schief' } });
      } else {
        done.push(name);
        callback({ status: 'succeeded', value: act(...(given as never[])) });
      }
    });
  };
}

function recipients(field: 'to' | 'cc' | 'bcc') {
  return {
    getAsync: answering(`get ${field}`, () => draft[field]),
    setAsync: answering(`set ${field}`, (people: object[]) => void (draft[field] = people)),
  };
}

function written() {
  return {
    itemType: 'message',
    to: recipients('to'),
    cc: recipients('cc'),
    bcc: recipients('bcc'),
    subject: {
      getAsync: answering('get subject', () => draft.subject),
      setAsync: answering('set subject', (subject: string) => void (draft.subject = subject)),
    },
    body: {
      getTypeAsync: answering('get type', () => draft.type),
      getAsync: answering('get body', (type: string) => (type === 'html' ? draft.html : 'Dear Ben')),
      setAsync: answering('set body', (html: string, { coercionType }: { coercionType: string }) => {
        expect(coercionType).toBe(draft.type);
        draft.html = html;
        draft.files = draft.files.filter(({ isInline }) => !isInline);
      }),
    },
    getAttachmentsAsync: answering('list files', () => draft.files.map((file, id) => ({ ...file, id: String(id) }))),
    getAttachmentContentAsync: answering('get file', (id: string) => draft.files[Number(id)]),
    removeAttachmentAsync: answering('remove file', (id: string) => void draft.files.splice(Number(id), 1)),
    saveAsync: answering('save', () => 'item-id'),
    closeAsync: answering('close', ({ discardItem }: { discardItem: boolean }) => expect(discardItem).toBe(true)),
    close: () => done.push('close, asking'),
  };
}

const received = {
  itemType: 'message',
  subject: 'A message waits',
  to: [{ displayName: 'Anna', emailAddress: 'anna@clinic.example' }],
  body: { getAsync: answering('get body', () => 'https://portal.example/inbox/1') },
};

function outlook(item?: object, change: Record<string, unknown> = {}) {
  const data = {
    host: 'outlook',
    AsyncResultStatus: { Succeeded: 'succeeded', Failed: 'failed' },
    CoercionType: { Html: 'html', Text: 'text' },
    EventType: { ItemChanged: 'olkItemSelectedChanged' },
    HostType: { Outlook: 'Outlook' },
    PlatformType: { PC: 'PC', OfficeOnline: 'OfficeOnline', Mac: 'Mac', iOS: 'iOS', Android: 'Android' },
    MailboxEnums: {
      AttachmentType: { File: 'file', Item: 'item', Cloud: 'cloud' },
      AttachmentContentFormat: { Base64: 'base64', Eml: 'eml', ICalendar: 'iCalendar', Url: 'url' },
      ItemType: { Message: 'message', Appointment: 'appointment' },
    },
    onReady: () => Promise.resolve({ host: 'Outlook', platform: 'PC' }),
    context: {
      diagnostics: { platform: change['platform'] ?? 'OfficeOnline', host: 'Outlook' },
      ...(change['partitionKey'] ? { partitionKey: change['partitionKey'] } : {}),
      requirements: {
        isSetSupported: (set: string, version: string) =>
          set === 'Mailbox' ? Number(version.split('.')[1]) <= mailbox : change['browser'] !== undefined,
      },
      ui: { openBrowserWindow: change['browser'] ?? (() => undefined) },
      mailbox: {
        diagnostics: { hostName: change['hostName'] ?? 'OutlookWebApp' },
        userProfile: { emailAddress: 'anna@clinic.example' },
        addHandlerAsync: change['handler'] ?? (() => undefined),
        ...(item ? { item } : {}),
      },
    },
  };
  vi.stubGlobal('Office', new OfficeMockObject(data));
}

beforeEach(() => {
  refused = new Set();
  done = [];
  mailbox = 14;
  draft = aDraft();
  return () => vi.unstubAllGlobals();
});

const theWritten = () => host.item() as Written;
const codeOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OfficeError);
  // What Office said is in its language, and not for the page.
  expect((error as OfficeError).message).not.toContain('Etwas');
  return (error as OfficeError).code;
};

describe('the program around the pane', () => {
  it.each([
    ['where the script did not come', undefined],
    // As the real one is in a browser.
    ['where it says so', { onReady: () => Promise.resolve({ host: null, platform: null }), HostType: {}, context: {} }],
  ])('is not Outlook %s, and then has nothing', async (_, office) => {
    if (office) vi.stubGlobal('Office', office);
    const open = vi.fn();
    vi.stubGlobal('open', open);
    expect(await host.ready()).toEqual({ inOutlook: false, device: '' });
    host.whenItemChanges(() => undefined);
    expect(host.item()).toBeUndefined();
    expect(host.userAddress()).toBeUndefined();
    expect(host.storageKey('x')).toBe('x');
    host.openInBrowser('https://portal.example/');
    expect(open).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['PC', 'Outlook', 'Outlook for Windows'],
    ['OfficeOnline', 'OutlookWebApp', 'Outlook on the web'],
    ['OfficeOnline', 'newOutlookWindows', 'New Outlook for Windows'],
    ['Mac', 'Outlook', 'Outlook for Mac'],
    ['iOS', 'OutlookIOS', 'Outlook for iOS'],
    ['Android', 'OutlookAndroid', 'Outlook for Android'],
    ['Fridge', 'Outlook', 'Outlook'],
  ])('on %s as %s is %s', async (platform, hostName, device) => {
    outlook(undefined, { platform, hostName });
    expect(await host.ready()).toEqual({ inOutlook: true, device });
  });

  it('names its mailbox, and the place of what is kept', () => {
    outlook();
    expect(host.userAddress()).toBe('anna@clinic.example');
    expect(host.storageKey('activations')).toBe('activations');
    outlook(undefined, { partitionKey: 'site' });
    expect(host.storageKey('activations')).toBe('site:activations');
  });

  it('opens the browser, or a window where it runs in one', () => {
    const browser = vi.fn();
    const open = vi.fn();
    vi.stubGlobal('open', open);
    outlook(undefined, { browser });
    host.openInBrowser('https://portal.example/');
    expect(browser).toHaveBeenCalledWith('https://portal.example/');
    expect(open).not.toHaveBeenCalled();
    outlook();
    host.openInBrowser('https://portal.example/');
    expect(open).toHaveBeenCalledWith('https://portal.example/', '_blank', 'noopener,noreferrer');
  });

  it('tells that another mail was chosen, where it can', () => {
    const handler = vi.fn();
    const listener = vi.fn();
    outlook(undefined, { handler });
    host.whenItemChanges(listener);
    expect(handler.mock.calls[0]?.[0]).toBe('olkItemSelectedChanged');
    (handler.mock.calls[0]?.[1] as (event: unknown) => void)({ type: 'olkItemSelectedChanged' });
    expect(listener).toHaveBeenCalledExactlyOnceWith();
    mailbox = 4;
    host.whenItemChanges(listener);
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('shows messages alone', () => {
    outlook();
    expect(host.item()).toBeUndefined();
    outlook({ ...received, itemType: 'appointment' });
    expect(host.item()).toBeUndefined();
  });
});

describe('a mail being read', () => {
  it('has its recipients and its text', async () => {
    outlook(received);
    const mail = host.item() as Received;
    expect(mail.kind).toBe('received');
    expect(mail.to).toEqual(['anna@clinic.example']);
    expect(await mail.text()).toBe('https://portal.example/inbox/1');
    refused.add('get body');
    expect(await codeOf(mail.text())).toBe('refused');
    mailbox = 2;
    expect(await codeOf(mail.text())).toBe('too-old');
  });
});

describe('a message being written', () => {
  beforeEach(() => outlook(written()));

  it('tells for whom it is, without names that are none', async () => {
    expect(await theWritten().recipients()).toEqual({
      to: [{ name: 'Ben Ortiz', address: 'ben@lawyers.example' }, { address: 'cy@lawyers.example' }],
      cc: [{ address: 'dora@lawyers.example' }],
      bcc: [],
    });
    refused.add('get cc');
    expect(await codeOf(theWritten().recipients())).toBe('refused');
  });

  it('tells what it says', async () => {
    expect(await theWritten().subject()).toBe('The contract');
    expect(await theWritten().body()).toEqual({ text: 'Dear Ben', html: draft.html });
    refused.add('get subject').add('get body');
    expect(await codeOf(theWritten().subject())).toBe('refused');
    expect(await codeOf(theWritten().body())).toBe('refused');
  });

  it('lists its files, and gives what can be had', async () => {
    expect(await theWritten().files()).toEqual([
      { id: '0', name: 'photo.png', size: 3, inline: true, kind: 'file' },
      { id: '1', name: 'Re: Offer', size: 9, inline: false, kind: 'item' },
      { id: '2', name: 'Meeting', size: 9, inline: false, kind: 'item' },
      { id: '3', name: 'plan.docx', size: 0, inline: false, kind: 'cloud' },
    ]);
    const photo = await theWritten().file('0');
    expect([photo.name, photo.type, photo.size]).toEqual(['photo.png', '', 3]);
    const mail = await theWritten().file('1');
    expect([mail.name, mail.type, mail.size]).toEqual(['Re: Offer.eml', 'message/rfc822', 10]);
    const meeting = await theWritten().file('2');
    expect([meeting.name, meeting.type]).toEqual(['Meeting.ics', 'text/calendar']);
    expect(await codeOf(theWritten().file('3'))).toBe('in-cloud');
    expect(await codeOf(theWritten().file('4'))).toBe('refused');
    refused.add('get file');
    expect(await codeOf(theWritten().file('0'))).toBe('refused');
  });

  it('has no files to give in an Outlook that lacks the calls', async () => {
    mailbox = 7;
    expect(await codeOf(theWritten().files())).toBe('too-old');
    expect(await codeOf(theWritten().file('0'))).toBe('too-old');
    mailbox = 2;
    expect(await codeOf(theWritten().body())).toBe('too-old');
    expect(done).toEqual([]);
  });

  it('tells of what Office throws as of what it answers', async () => {
    const item = written();
    item.subject.getAsync = () => {
      throw new TypeError('Etwas ging schief');
    };
    outlook(item);
    expect(await codeOf(theWritten().subject())).toBe('refused');
  });
});

describe('what stays in Outlook', () => {
  const note: Leaves = {
    kind: 'note',
    subject: 'Sent securely',
    html: '<p>Sealed.</p><p>See <a href="https://portal.example/sent">Sent</a>.</p>',
  };
  const people = () => [...draft.to, ...draft.cc, ...draft.bcc];
  const failed = async (what: Leaves) => {
    const error: unknown = await theWritten()
      .leave(what)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LeaveError);
    expect((error as LeaveError).code).toBe('refused');
    return (error as LeaveError).still;
  };

  beforeEach(() => {
    draft.bcc = [{ emailAddress: 'eve@lawyers.example' }];
    outlook(written());
  });

  it('is nothing: the emptied draft is saved over the copy on the server before it closes', async () => {
    await theWritten().leave({ kind: 'nothing' });
    expect(people()).toEqual([]);
    expect(draft).toMatchObject({ subject: '', html: '', files: [] });
    expect(done.slice(-2)).toEqual(['save', 'close']);
  });

  it('is a note in its place', async () => {
    await theWritten().leave(note);
    expect(people()).toEqual([]);
    expect(draft).toMatchObject({ subject: 'Sent securely', html: note.html, files: [] });
    expect(done.slice(-2)).toEqual(['save', 'close']);
  });

  it('is a note without marks in a plain text', async () => {
    draft.type = 'text';
    await theWritten().leave(note);
    expect(draft.html).toBe('Sealed.\nSee Sent <https://portal.example/sent>.');
  });

  it('is all but the recipients', async () => {
    const before = structuredClone(draft);
    await theWritten().leave({ kind: 'copy' });
    expect(draft).toEqual({ ...before, to: [], cc: [], bcc: [] });
    expect(done).toEqual(['set to', 'set cc', 'set bcc', 'save', 'close']);
  });

  it('stays open where somebody is still writing in it', async () => {
    await theWritten().leave({ kind: 'copy', open: true });
    expect(done).toEqual(['set to', 'set cc', 'set bcc', 'save']);
  });

  it.each([
    ['set to', 'recipients'],
    ['set cc', 'recipients'],
    ['set bcc', 'recipients'],
    ['set subject', 'subject'],
    ['remove file', 'files'],
    ['list files', 'files'],
    ['get type', 'body'],
    ['set body', 'body'],
  ])(
    'is more where Outlook will not %s: that is said, the rest is taken out all the same, and nothing closes',
    async (call, still) => {
      refused.add(call);
      expect(await failed({ kind: 'nothing' })).toEqual([still]);
      expect(people().length > 0).toBe(still === 'recipients');
      expect(draft.subject !== '').toBe(still === 'subject');
      expect(draft.files.length > 0).toBe(still === 'files');
      expect(draft.html !== '').toBe(still === 'body');
      expect(done.at(-1)).toBe('save');
    },
  );

  it('is the saved copy where the emptied draft is not saved', async () => {
    refused.add('save');
    expect(await failed({ kind: 'nothing' })).toEqual(['saved-copy']);
    expect(done).not.toContain('close');
  });

  it('is an open message where it does not close', async () => {
    refused.add('close');
    expect(await failed(note)).toEqual(['window']);
  });

  it('is everything where Outlook does nothing, and all of it is named', async () => {
    refused = new Set(['set to', 'set cc', 'set bcc', 'set subject', 'remove file', 'set body', 'save', 'close']);
    expect(await failed({ kind: 'nothing' })).toEqual(['recipients', 'subject', 'files', 'body', 'saved-copy']);
    expect(await failed({ kind: 'copy' })).toEqual(['recipients', 'saved-copy']);
  });

  it('closes as older Outlooks do, which ask where something is not saved', async () => {
    mailbox = 13;
    await theWritten().leave({ kind: 'copy' });
    expect(done.slice(-2)).toEqual(['save', 'close, asking']);
  });

  it('is the files in an Outlook that cannot list them', async () => {
    mailbox = 7;
    expect(await failed({ kind: 'nothing' })).toEqual(['files']);
    expect(done).not.toContain('close, asking');
  });
});
