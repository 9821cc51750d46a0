import { describe, expect, it } from 'vitest';
import type { Leaves as Policy, Sent } from '../api/types';
import type { Leaves, Written } from './host';
import { SendSecure, takable, type Composer, type Shown } from './send-secure.svelte';

const SENT: Sent = { message: 'm', delivery: 'd' };
const settle = () => new Promise((resume) => setImmediate(resume));

function world(leaves: Policy = 'nothing') {
  const draft: Shown = {
    to: [{ address: 'ben@lawyers.example' }],
    cc: [],
    bcc: [],
    subject: 'The contract',
    files: [{ id: '1', name: 'contract.pdf', size: 5, inline: false, kind: 'file' }],
    elsewhere: 0,
  };
  const given = {
    draft,
    text: 'text',
    elsewhere: 0,
    counts: 0,
    sends: 0,
    left: [] as Leaves[],
    /** What sending comes to. */
    outcome: 'sent' as 'sent' | 'asks' | 'fails' | 'not-filled',
    refusals: [] as Error[],
    unreadable: false,
    busy: false,
  };
  const read = <T>(value: () => T) => (given.unreadable ? Promise.reject(new Error('no')) : Promise.resolve(value()));
  const item: Written = {
    kind: 'written',
    recipients: () => read(() => ({ to: given.draft.to, cc: given.draft.cc, bcc: given.draft.bcc })),
    subject: () => read(() => given.draft.subject),
    body: () => read(() => ({ text: given.text, html: given.text })),
    files: () => read(() => given.draft.files),
    file: () => Promise.resolve(new File([], 'contract.pdf')),
    leave(what) {
      const refusal = given.refusals.shift();
      if (refusal) return Promise.reject(refusal);
      given.left.push(what);
      return Promise.resolve();
    },
  };
  const composer: Composer = {
    busy: () => given.busy,
    fill: () => Promise.resolve(given.outcome !== 'not-filled'),
    send: async () => {
      given.sends += 1;
      await settle();
      if (given.outcome === 'sent') void secure.taken(SENT);
    },
  };
  const secure: SendSecure = new SendSecure({
    item,
    composer,
    leaves: () => leaves,
    elsewhere() {
      given.counts += 1;
      return given.elsewhere;
    },
    note: ({ to }) => ({ kind: 'note', subject: 'Sent securely', html: to.map(({ address }) => address).join() }),
  });
  return { given, secure };
}

describe('SendSecure', () => {
  it('sends what is shown, and then leaves what the portal says', async () => {
    for (const [policy, left] of [
      ['nothing', { kind: 'nothing' }],
      ['copy', { kind: 'copy' }],
      ['note', { kind: 'note', subject: 'Sent securely', html: 'ben@lawyers.example' }],
    ] as const) {
      const { given, secure } = world(policy);
      await secure.look();
      expect(secure.shown).toEqual(given.draft);
      await secure.press();
      await settle();
      expect(given.sends).toBe(1);
      expect(given.left).toEqual([left]);
      expect(secure.stage).toBe('left');
    }
  });

  it('sends once, however often it is pressed', async () => {
    const { given, secure } = world();
    await secure.look();
    await Promise.all([secure.press(), secure.press()]);
    await settle();
    await secure.press();
    await secure.look();
    await secure.press();
    expect(given.sends).toBe(1);
    expect(given.left).toHaveLength(1);
    expect(secure.stage).toBe('left');
  });

  it('leaves the draft as it was where it was not sent', async () => {
    for (const outcome of ['fails', 'asks', 'not-filled'] as const) {
      const { given, secure } = world();
      given.outcome = outcome;
      await secure.look();
      await secure.press();
      await settle();
      expect(given.left).toEqual([]);
      expect(secure.stage).toBe('ready');
      expect(given.sends).toBe(outcome === 'not-filled' ? 0 : 1);
      // It can be pressed again.
      given.outcome = 'sent';
      await secure.press();
      await settle();
      expect(secure.stage).toBe('left');
    }
  });

  it('leaves when the question was answered', async () => {
    const { given, secure } = world();
    given.outcome = 'asks';
    await secure.look();
    await secure.press();
    expect(secure.stage).toBe('ready');
    await secure.taken(SENT);
    expect(secure.stage).toBe('left');
    expect(given.left).toHaveLength(1);
  });

  it('is not pressed while a question’s answer is being carried out', async () => {
    const { given, secure } = world();
    await secure.look();
    given.busy = true;
    await secure.press();
    expect(given.sends).toBe(0);
  });

  it('says exactly what it could not take out, and tries that alone again', async () => {
    const { given, secure } = world();
    given.refusals = [Object.assign(new Error('refused'), { still: ['body', 'window'] })];
    await secure.look();
    await secure.press();
    await settle();
    expect(secure.stage).toBe('not-left');
    expect(secure.still).toEqual(['body', 'window']);
    await secure.press();
    expect(given.sends).toBe(1);
    await secure.leaveAgain();
    expect(secure.stage).toBe('left');
    expect(given.sends).toBe(1);
    expect(given.left).toHaveLength(1);
  });

  it('takes out nothing but the recipients where something was written since it was pressed', async () => {
    const writes: ((given: ReturnType<typeof world>['given']) => unknown)[] = [
      (given) => (given.text = 'text and more'),
      (given) => (given.draft = { ...given.draft, subject: 'Another' }),
      (given) => (given.draft = { ...given.draft, files: [] }),
    ];
    for (const write of writes) {
      for (const policy of ['nothing', 'note', 'copy'] as const) {
        const { given, secure } = world(policy);
        given.outcome = 'asks';
        await secure.look();
        await secure.press();
        write(given);
        await secure.taken(SENT);
        expect(given.left).toEqual([{ kind: 'copy', open: true }]);
        expect(secure.since).toBe(true);
        expect(secure.stage).toBe('left');
      }
    }
  });

  it('takes all out where Outlook only wrote it otherwise', async () => {
    const { given, secure } = world();
    given.outcome = 'asks';
    await secure.look();
    await secure.press();
    given.text = 'text\r\n';
    given.draft = { ...given.draft, files: given.draft.files.map((file) => ({ ...file, id: 'saved' })) };
    await secure.taken(SENT);
    expect(given.left).toEqual([{ kind: 'nothing' }]);
    expect(secure.since).toBe(false);
  });

  it('takes what it emptied itself for nothing that was written since', async () => {
    const { given, secure } = world();
    given.refusals = [Object.assign(new Error('refused'), { still: ['saved-copy'] })];
    await secure.look();
    await secure.press();
    await settle();
    expect(secure.stage).toBe('not-left');
    given.text = '';
    await secure.leaveAgain();
    expect(given.left).toEqual([{ kind: 'nothing' }]);
    expect(secure.since).toBe(false);
  });

  it('takes nothing out unseen', async () => {
    const { given, secure } = world();
    given.outcome = 'asks';
    await secure.look();
    await secure.press();
    given.unreadable = true;
    await secure.taken(SENT);
    expect(given.left).toEqual([]);
    expect(secure.stage).toBe('not-left');
    given.unreadable = false;
    given.text = 'text and more';
    await secure.leaveAgain();
    expect(given.left).toEqual([{ kind: 'copy', open: true }]);
  });

  it('shows how many images do not go along, and counts anew where the text changed', async () => {
    const { given, secure } = world();
    given.draft.elsewhere = given.elsewhere = 2;
    await secure.look();
    await secure.look();
    expect(secure.shown?.elsewhere).toBe(2);
    expect(given.counts).toBe(1);
    given.text = 'less';
    given.elsewhere = 1;
    await secure.look();
    expect(secure.shown?.elsewhere).toBe(1);
  });

  it('takes all of it to be there where the host does not say what is', async () => {
    const { given, secure } = world();
    given.refusals = [new Error('refused')];
    await secure.look();
    await secure.press();
    await settle();
    expect(secure.still).toEqual(['recipients', 'subject', 'files', 'body', 'saved-copy']);
  });

  it('is done where nothing but the window is left', async () => {
    const { given, secure } = world();
    given.refusals = [Object.assign(new Error('refused'), { still: ['window'] })];
    await secure.look();
    await secure.press();
    await settle();
    expect(secure.stage).toBe('left');
  });

  it('sends nothing but what was shown', async () => {
    const { given, secure } = world();
    await secure.look();
    given.draft = { ...given.draft, to: [{ address: 'eve@evil.example' }] };
    await secure.press();
    expect(given.sends).toBe(0);
    expect(secure.changed).toBe(true);
    expect(secure.shown?.to).toEqual([{ address: 'eve@evil.example' }]);
    await secure.press();
    await settle();
    expect(secure.changed).toBe(false);
    expect(given.sends).toBe(1);
  });

  it('sends nothing where Outlook does not hand it over', async () => {
    const { given, secure } = world();
    given.unreadable = true;
    await secure.look();
    expect(secure.stage).toBe('unreadable');
    given.unreadable = false;
    await secure.look();
    expect(secure.stage).toBe('ready');
    given.unreadable = true;
    await secure.press();
    expect(secure.stage).toBe('unreadable');
    expect(given.sends).toBe(0);
  });
});

describe('takable', () => {
  it('leaves links into a cloud where they are', () => {
    const file = { id: '1', name: 'a', size: 1, inline: false };
    expect(takable({ ...file, kind: 'file' })).toBe(true);
    expect(takable({ ...file, kind: 'item' })).toBe(true);
    expect(takable({ ...file, kind: 'cloud' })).toBe(false);
  });
});
