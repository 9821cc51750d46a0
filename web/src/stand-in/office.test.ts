// @vitest-environment jsdom
// The pane's adapter, the stand-in for office.js and the page around it, with only the windows between them made up.
import { File as WholeFile } from 'node:buffer';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Received, Written } from '../outlook/office';
import { answer } from './answers';
import type { Draft } from './draft.svelte';
import { Outlook, type Mail } from './outlook.svelte';
import type { Asked, Told } from './protocol';

const mail: Mail = {
  to: 'anna@clinic.example',
  from: 'Clinic Post <portal@clinic.example>',
  subject: 'A message waits',
  date: 'Wed, 25 Nov 2026 12:00:00 GMT',
  text: 'https://portal.example/inbox/1',
  html: '<p>https://portal.example/inbox/1</p>',
};

let outlook: Outlook;
let listening: AbortController;

/** The page around the frame: what the pane sends to it, and to which origin. */
const around = {
  origins: new Set<string>(),
  postMessage(message: Asked, origin: string) {
    this.origins.add(origin);
    // What cannot be cloned could not be sent.
    void answer(outlook, structuredClone(message)).then((told) =>
      tell({ office: 'answered', id: message.id, ...told }),
    );
  },
};

function tell(told: Told, source: object = around, origin = 'https://outlook.test') {
  window.dispatchEvent(Object.assign(new Event('message'), { data: structuredClone(told), source, origin }));
}

/** The pane's side, as it comes up in a new frame. */
async function comeUp() {
  vi.resetModules();
  // The frame before has gone, and its listener with it.
  listening?.abort();
  listening = new AbortController();
  const add = window.addEventListener.bind(window);
  const { signal } = listening;
  const spy = vi
    .spyOn(window, 'addEventListener')
    .mockImplementation((type: string, listener: EventListenerOrEventListenerObject) => {
      add(type, listener, { signal });
    });
  await import('./office');
  spy.mockRestore();
  const { host } = await import('../outlook/office');
  return { host, ready: await host.ready() };
}

const writing = async () => {
  const { host } = await comeUp();
  return { item: host.item() as Written, draft: outlook.draft as Draft };
};

beforeEach(() => {
  Object.defineProperty(window, 'parent', { value: around, configurable: true });
  around.origins.clear();
  outlook = new Outlook();
});

describe('the stand-in for office.js', () => {
  it('says that it is Outlook on the web, and takes the history away as the real one does', async () => {
    outlook.receive(mail);
    const { host, ready } = await comeUp();
    expect(ready).toEqual({ inOutlook: true, device: 'Outlook on the web' });
    expect(window.history.pushState).toBeNull();
    expect(window.history.replaceState).toBeNull();
    expect(host.userAddress()).toBe('anna@clinic.example');
    expect(host.storageKey('x')).toBe(`${location.origin}:x`);
    await (host.item() as Received).text();
    // Before it knew whose page is around it, it said nothing but that it is there.
    expect([...around.origins]).toEqual(['*', 'https://outlook.test']);
  });

  it('says that it is in no Outlook where no page is around it', async () => {
    Object.defineProperty(window, 'parent', { value: window, configurable: true });
    expect((await comeUp()).ready).toEqual({ inOutlook: false, device: '' });
  });

  it('calls back later, with the context that it was given', async () => {
    await comeUp();
    const called = vi.fn();
    outlook.write();
    tell({ office: 'item', item: outlook.item });
    const item = Office.context.mailbox.item as unknown as Office.MessageCompose;
    item.subject.getAsync({ asyncContext: 7 }, called);
    expect(called).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(called).toHaveBeenCalled());
    expect(called).toHaveBeenCalledWith({ status: 'succeeded', value: '', asyncContext: 7 });
  });

  it('hears the page around it alone', async () => {
    const { host } = await comeUp();
    const changed = vi.fn();
    host.whenItemChanges(changed);
    const item = { kind: 'written', id: 'x' } as const;
    tell({ office: 'item', item }, window);
    tell({ office: 'item', item }, around, 'https://evil.test');
    expect(changed).not.toHaveBeenCalled();
    expect(host.item()).toBeUndefined();
    tell({ office: 'item', item });
    expect(changed).toHaveBeenCalledExactlyOnceWith();
    expect(host.item()?.kind).toBe('written');
  });
});

describe('a mail that is read', () => {
  it('is the one that is open', async () => {
    outlook.receive(mail);
    const { host } = await comeUp();
    const item = host.item() as Received;
    expect(item).toMatchObject({ kind: 'received', to: ['anna@clinic.example'] });
    expect(await item.text()).toBe(mail.text);
  });
});

describe('a message that is written', () => {
  beforeEach(() => {
    outlook.write({
      to: 'Ben Ortiz <ben@lawyers.example>, cy@lawyers.example',
      bcc: 'eve@lawyers.example',
      subject: 'The contract',
      html: '<p>Dear <b>Ben</b></p><p>Anna</p>',
      files: [
        // jsdom's cannot be read.
        { name: 'a.txt', file: new WholeFile(['abc'], 'a.txt') as unknown as File },
        { name: 'Re: Offer', content: 'Subject: Offer', format: 'eml' },
        { name: 'plan.docx', content: 'https://files.example/plan', format: 'url' },
      ],
    });
  });

  it('is read as it stands', async () => {
    const { item } = await writing();
    expect(await item.recipients()).toEqual({
      to: [{ name: 'Ben Ortiz', address: 'ben@lawyers.example' }, { address: 'cy@lawyers.example' }],
      cc: [],
      bcc: [{ address: 'eve@lawyers.example' }],
    });
    expect(await item.subject()).toBe('The contract');
    expect(await item.body()).toEqual({
      text: 'Dear Ben\nAnna',
      html: '<html><head></head><body><p>Dear <b>Ben</b></p><p>Anna</p></body></html>',
    });
    expect((await item.files()).map(({ name, size, kind }) => [name, size, kind])).toEqual([
      ['a.txt', 3, 'file'],
      ['Re: Offer', 14, 'item'],
      ['plan.docx', 26, 'cloud'],
    ]);
    expect((await item.file('0')).size).toBe(3);
    expect((await item.file('1')).name).toBe('Re: Offer.eml');
    await expect(item.file('2')).rejects.toMatchObject({ code: 'in-cloud' });
  });

  it('leaves nothing, but an empty draft on the server', async () => {
    const { item, draft } = await writing();
    await item.leave({ kind: 'nothing' });
    expect(outlook.draft).toBeUndefined();
    expect(outlook.drafts).toEqual([draft]);
    const empty = { to: '', cc: '', bcc: '', subject: '', rich: true, html: '', text: '', files: [] };
    expect(draft.saved).toEqual(empty);
  });

  it('leaves a note, or all but the recipients', async () => {
    const { item, draft } = await writing();
    await item.leave({ kind: 'note', subject: 'Sent securely', html: '<p>Sealed</p>' });
    expect(draft.saved).toMatchObject({ to: '', subject: 'Sent securely', text: 'Sealed', files: [] });
    outlook.write({ to: 'ben@lawyers.example', subject: 'Plain', text: 'Dear Ben' });
    const plain = await writing();
    await plain.item.leave({ kind: 'copy' });
    expect(plain.draft.saved).toMatchObject({ to: '', subject: 'Plain', rich: false, text: 'Dear Ben' });
    expect(outlook.drafts).toHaveLength(2);
  });

  it('takes a note into a plain text', async () => {
    outlook.write({ to: 'ben@lawyers.example', text: 'Dear Ben' });
    const { item, draft } = await writing();
    await item.leave({ kind: 'note', subject: 'Sent securely', html: '<p>Sealed</p>' });
    expect(draft.saved).toMatchObject({ rich: false, text: 'Sealed', html: '' });
  });

  it('refuses what is not there', async () => {
    const { item } = await writing();
    outlook.open(undefined);
    await expect(item.subject()).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('the page', () => {
  it('keeps what is written and left for a mail, and shuts the pane that belongs to it', () => {
    outlook.receive(mail);
    outlook.pane = { id: 'read', label: 'Read Secure', tip: '', icon: undefined, href: '/' };
    outlook.receive({ ...mail, subject: 'Another' });
    expect(outlook.pane).toBeDefined();
    outlook.write({ subject: 'Half' });
    expect(outlook.pane).toBeUndefined();
    outlook.receive({ ...mail, to: 'new@clinic.example' });
    expect(outlook.drafts.map(({ saved }) => saved?.subject)).toEqual(['Half']);
    expect(outlook.inbox).toBe('new@clinic.example');
    expect(outlook.shown).toHaveLength(1);
    expect(outlook.inboxes).toEqual(['anna@clinic.example', 'new@clinic.example']);
  });
});
