import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused, Unreachable } from '../../api/problem';
import type { Recipient, Send, Sent } from '../../api/types';
import { KeysChanged, OtherSender, Sending, accountsOf, type Outgoing, type SendParts } from './sending';

const recipient = (address: string, account: string, more: Partial<Recipient> = {}): Recipient => ({
  address,
  account,
  name: null,
  standing: 'registered',
  certificate: `certificate of ${account}`,
  ...more,
});

const outgoing: Outgoing = {
  account: 'anna',
  messageId: 'm1',
  from: { name: 'Anna', address: 'anna@x.test' },
  to: [{ address: 'bert@x.test' }],
  cc: [],
  bcc: [{ address: 'carla@x.test' }],
  subject: 's',
  text: 't',
  files: [{ name: 'a', mediaType: '', size: 1, sha256: 'ff', key: 'k' }],
};

const sent: Sent = { message: 'm1', delivery: 'd1' };
const changed = new Refused({ type: 'recipients-changed', status: 409, title: '' });
const moved = new Refused({ type: 'sender-changed', status: 409, title: '' });
const packet = (certificate: string) => ({ fingerprint: certificate, packet: new Uint8Array([1]) });

let keys = 0;
let posts: { message: Send; key: string }[];
let answers: (Error | Sent)[];
let parts: SendParts & { seal: ReturnType<typeof vi.fn>; sealAgain: ReturnType<typeof vi.fn> };

beforeEach(() => {
  posts = [];
  answers = [];
  parts = {
    own: () => ({ account: 'anna', certificate: 'own' }),
    prepare: vi.fn(() => Promise.resolve([recipient('bert@x.test', 'bert'), recipient('carla@x.test', 'carla')])),
    seal: vi.fn((_letter, _id, certificates: string[]) =>
      Promise.resolve({ cover: new Uint8Array(), body: new Uint8Array(), keyPackets: certificates.map(packet) }),
    ),
    sealAgain: vi.fn((_id, certificates: string[]) => Promise.resolve(certificates.map(packet))),
    changedKeys: () => Promise.resolve([]),
    askSender: () => Promise.resolve({ name: 'Anna', address: 'anna@new.test' }),
    post: (message, key) => {
      posts.push({ message, key });
      const answer = answers.shift() ?? sent;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    newIdempotencyKey: () => `key ${++keys}`,
    pause: () => Promise.resolve(),
    onStep: () => undefined,
  };
});

describe('Sending', () => {
  it('seals to every account and to oneself, and leaves Bcc out of the letter', async () => {
    await expect(new Sending(parts).run(outgoing)).resolves.toEqual(sent);
    const [letter, id, certificates] = parts.seal.mock.calls[0] ?? [];
    expect(id).toBe('m1');
    expect(certificates).toEqual(['own', 'certificate of bert', 'certificate of carla']);
    expect(JSON.stringify(letter)).not.toContain('carla');
    expect(posts[0]?.message).toMatchObject({
      id: 'm1',
      from: 'anna@x.test',
      to: ['bert@x.test'],
      bcc: ['carla@x.test'],
      files: ['ff'],
      key_packets: [{ account: 'anna' }, { account: 'bert' }, { account: 'carla' }],
    });
  });

  it('sends the same sealed message under the same key while no answer comes', async () => {
    answers = [new Unreachable(), new Unreachable()];
    await new Sending(parts).run(outgoing);
    expect(posts).toHaveLength(3);
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
    expect(parts.seal).toHaveBeenCalledOnce();
  });

  it('keeps to that when the writer tries again later', async () => {
    answers = [new Unreachable(), new Unreachable(), new Unreachable()];
    const sending = new Sending(parts);
    await expect(sending.run(outgoing)).rejects.toBeInstanceOf(Unreachable);
    await sending.run(outgoing);
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
    expect(parts.seal).toHaveBeenCalledOnce();
  });

  it('seals anew under another key when the draft changed', async () => {
    answers = [new Unreachable(), new Unreachable(), new Unreachable()];
    const sending = new Sending(parts);
    await expect(sending.run(outgoing)).rejects.toBeInstanceOf(Unreachable);
    await sending.run({ ...outgoing, text: 'other' });
    expect(parts.seal).toHaveBeenCalledTimes(2);
    expect(posts.at(-1)?.key).not.toBe(posts[0]?.key);
  });

  it('is sealed and posted by nobody but its sender', async () => {
    let account = 'anna';
    parts.own = () => ({ account, certificate: `certificate of ${account}` });
    const { prepare, seal, post } = parts;
    const becomesOther = () => (account = 'eve');

    parts.prepare = (...given) => prepare(...given).finally(becomesOther);
    await expect(new Sending(parts).run(outgoing)).rejects.toBeInstanceOf(OtherSender);
    expect(seal).not.toHaveBeenCalled();

    account = 'anna';
    parts = { ...parts, prepare, changedKeys: () => Promise.resolve([]).finally(becomesOther) };
    await expect(new Sending(parts).run(outgoing)).rejects.toBeInstanceOf(OtherSender);
    expect(posts).toEqual([]);

    account = 'anna';
    answers = [new Unreachable()];
    parts = {
      ...parts,
      changedKeys: () => Promise.resolve([]),
      post: (...given) => post(...given).finally(becomesOther),
    };
    await expect(new Sending(parts).run(outgoing)).rejects.toBeInstanceOf(OtherSender);
    expect(posts).toHaveLength(1);
  });

  it('makes new key packets for the same content when recipients changed', async () => {
    answers = [changed];
    await new Sending(parts).run(outgoing);
    expect(parts.seal).toHaveBeenCalledOnce();
    expect(parts.sealAgain).toHaveBeenCalledOnce();
    expect(posts[1]?.key).not.toBe(posts[0]?.key);
    expect(posts[1]?.message.body).toBe(posts[0]?.message.body);
  });

  it('gives up when recipients change again and again', async () => {
    answers = [changed, changed, changed, changed];
    await expect(new Sending(parts).run(outgoing)).rejects.toBe(changed);
    expect(posts).toHaveLength(3);
  });

  it('seals anew from the new Master when that changed, and takes the stored files along', async () => {
    answers = [moved];
    await new Sending(parts).run(outgoing);
    expect(parts.seal.mock.calls.map(([letter]) => (letter as Outgoing).from.address)).toEqual([
      'anna@x.test',
      'anna@new.test',
    ]);
    expect(posts.map(({ message }) => message.from)).toEqual(['anna@x.test', 'anna@new.test']);
    expect(posts[1]?.message).toMatchObject({ id: 'm1', files: ['ff'] });
    expect(posts[1]?.key).not.toBe(posts[0]?.key);
  });

  it('makes packets for the certificate of now, which the own one follows too', async () => {
    let certificate = 'own';
    parts.own = () => ({ account: 'anna', certificate });
    parts.askSender = () => {
      certificate = 'own, certified anew';
      return Promise.resolve({ address: 'anna@new.test' });
    };
    answers = [moved];
    await new Sending(parts).run(outgoing);
    expect(parts.seal.mock.calls.map(([, , certificates]) => (certificates as string[])[0])).toEqual([
      'own',
      'own, certified anew',
    ]);
  });

  it('repeats the very same message where no answer came, although the Master changed since', async () => {
    answers = [new Unreachable(), new Unreachable(), new Unreachable()];
    const sending = new Sending(parts);
    await expect(sending.run(outgoing)).rejects.toBeInstanceOf(Unreachable);
    await sending.run({ ...outgoing, from: { address: 'anna@new.test' } });
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
    expect(parts.seal).toHaveBeenCalledOnce();
  });

  it('gives up when the sender changes again and again', async () => {
    answers = [moved, moved, moved, moved];
    await expect(new Sending(parts).run(outgoing)).rejects.toBe(moved);
    expect(posts).toHaveLength(3);
  });

  it('compares each key with what is known of the address, and of the former one', async () => {
    const predecessors = [{ certificate: 'before', statement: 'then bert' }];
    parts.prepare = () => Promise.resolve([recipient('Bert@X.test', 'bert', { predecessors })]);
    parts.changedKeys = vi.fn(() => Promise.resolve([]));
    const to = [{ address: 'bert@x.test', formerly: 'bert@old.test' }];
    await new Sending(parts).run({ ...outgoing, to, bcc: [], inReplyTo: 'd0' });
    expect(parts.changedKeys).toHaveBeenCalledExactlyOnceWith(
      [
        {
          account: 'bert',
          address: 'Bert@X.test',
          fingerprint: 'certificate of bert',
          owned: true,
          predecessors,
          formerly: 'bert@old.test',
        },
      ],
      'd0',
    );
    // Nobody who reads the letter is told of the former address.
    expect(JSON.stringify(parts.seal.mock.calls[0]?.[0])).not.toContain('bert@old.test');
  });

  it('asks before it sends to a key that changed', async () => {
    parts.changedKeys = () => Promise.resolve(['bert@x.test']);
    await expect(new Sending(parts).run(outgoing)).rejects.toBeInstanceOf(KeysChanged);
    expect(posts).toEqual([]);
  });
});

describe('accountsOf', () => {
  const own = { account: 'anna', certificate: 'own' };

  it('gives one packet to several addresses of one account, and one to oneself', () => {
    const accounts = accountsOf(
      [recipient('b1@x.test', 'bert'), recipient('b2@x.test', 'bert'), recipient('anna@x.test', 'anna')],
      own,
    );
    expect(accounts.map(({ account }) => account)).toEqual(['anna', 'bert']);
  });

  it('uses the vault’s own certificate, whatever the portal says is ours', () => {
    expect(accountsOf([recipient('anna@x.test', 'anna', { certificate: 'forged' })], own)[0]?.certificate).toBe('own');
  });

  it('does not remember keys that wait in custody', () => {
    expect(accountsOf([recipient('n@x.test', 'n', { standing: 'invited' })], own)[1]?.addresses).toEqual([
      { address: 'n@x.test', owned: false, predecessors: [] },
    ]);
  });
});
