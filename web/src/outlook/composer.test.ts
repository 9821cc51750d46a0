import { describe, expect, it } from 'vitest';
import type { Attachment } from '../features/compose/attachment.svelte';
import { DraftComposer, type ComposerParts } from './composer';
import type { Attached, Written } from './host';
import type { Shown } from './send-secure.svelte';

const BODY = { text: 'text', html: '' };

/** A draft in an Outlook that calls a file by its place in the list. */
function world(...names: string[]) {
  const given = {
    names,
    account: 'anna' as string | undefined,
    sends: 0,
    /** What happens while a file is fetched. */
    meanwhile: (): unknown => undefined,
  };
  const listed = () =>
    given.names.map((name, at): Attached => ({ id: String(at), name, size: 5, inline: false, kind: 'file' }));
  const shown = (): Shown => ({
    to: [{ address: 'ben@lawyers.example' }],
    cc: [],
    bcc: [],
    subject: 'The contract',
    files: listed(),
    elsewhere: 0,
  });
  const fetched: string[] = [];
  const item = {
    files: () => Promise.resolve(listed()),
    file(id: string) {
      const name = given.names[Number(id)] ?? '';
      fetched.push(name);
      given.meanwhile();
      return Promise.resolve(new File([], name));
    },
  } as Written;
  const draft: ComposerParts['draft'] = {
    to: [],
    cc: [],
    bcc: [],
    subject: '',
    text: '',
    html: undefined,
    attachments: [],
    messageId: 'm1',
    detach: (attachment) => (draft.attachments = draft.attachments.filter((each) => each !== attachment)),
  };
  const composing: ComposerParts['composing'] = {
    step: undefined,
    asking: undefined,
    problem: '',
    fileProblem: '',
    attach(files) {
      for (const { name } of files) {
        draft.attachments = [...draft.attachments, { name, state: { name: 'ready' } } as Attachment];
      }
    },
    send: () => Promise.resolve(void (given.sends += 1)),
  };
  const composer = new DraftComposer({
    composing,
    draft,
    account: () => given.account,
    letter: ({ text }) => ({ text, html: undefined, removed: 0 }),
  });
  const clear = () => {
    Object.assign(draft, { to: [], subject: '', text: '', attachments: [], messageId: 'm2' });
  };
  return {
    given,
    draft,
    composing,
    composer,
    fetched,
    clear,
    fill: () => composer.fill(shown(), BODY, item),
    attached: () => draft.attachments.map(({ name }) => name),
  };
}

describe('DraftComposer', () => {
  it('takes the message over', async () => {
    const { draft, fill, attached } = world('a.pdf', 'b.pdf');
    expect(await fill()).toBe(true);
    expect(draft).toMatchObject({ to: [{ address: 'ben@lawyers.example' }], subject: 'The contract', text: 'text' });
    expect(attached()).toEqual(['a.pdf', 'b.pdf']);
  });

  it('fetches nothing again while the list is the same', async () => {
    const { fill, attached, fetched } = world('a.pdf', 'b.pdf');
    await fill();
    expect(await fill()).toBe(true);
    expect(attached()).toEqual(['a.pdf', 'b.pdf']);
    expect(fetched).toEqual(['a.pdf', 'b.pdf']);
  });

  it('sends no file that was removed in place of the one that has its number now', async () => {
    const { given, fill, attached } = world('a.pdf', 'b.pdf');
    await fill();
    given.names = ['b.pdf'];
    expect(await fill()).toBe(true);
    expect(attached()).toEqual(['b.pdf']);
    given.names = ['c.pdf'];
    expect(await fill()).toBe(true);
    expect(attached()).toEqual(['c.pdf']);
  });

  it('takes nothing over where the list changed while its files were fetched, and all of it the next time', async () => {
    const { given, composing, fill, attached } = world('a.pdf', 'b.pdf');
    given.meanwhile = () => {
      given.names = ['b.pdf', 'c.pdf'];
    };
    expect(await fill()).toBe(false);
    expect(composing.problem).not.toBe('');
    expect(await fill()).toBe(true);
    expect(attached()).toEqual(['b.pdf', 'c.pdf']);
  });

  it('sends nothing where the draft was emptied or the account changed meanwhile', async () => {
    for (const what of ['emptied', 'other account', 'nobody'] as const) {
      const { given, composing, composer, clear, fill, attached } = world('a.pdf');
      const happens = () => {
        if (what === 'emptied') clear();
        else given.account = what === 'nobody' ? undefined : 'eve';
      };
      given.meanwhile = happens;
      expect(await fill()).toBe(false);
      expect(composer.isStill()).toBe(false);
      expect(composing.problem).not.toBe('');
      expect(attached()).toEqual([]);

      Object.assign(given, { account: 'anna', meanwhile: () => undefined });
      expect(await fill()).toBe(true);
      expect(composer.isStill()).toBe(true);
      if (what === 'emptied') given.account = 'eve';
      else happens();
      await composer.send();
      expect(given.sends).toBe(0);
    }
  });

  it('sends what was taken over', async () => {
    const { given, composer, fill } = world();
    await fill();
    await composer.send();
    expect(given.sends).toBe(1);
  });

  it('is busy while something is asked, so that the answer is about what was taken over', () => {
    const { composing, composer } = world();
    expect(composer.busy()).toBe(false);
    composing.asking = 'keys';
    expect(composer.busy()).toBe(true);
    Object.assign(composing, { asking: undefined, step: 'files' });
    expect(composer.busy()).toBe(true);
  });
});
