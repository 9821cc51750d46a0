import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused, Unreachable } from '../../api/problem';
import type { Recipient, Send, Sent } from '../../api/types';
import { VaultError } from '../../vault/client';
import type { KeyPacket, SealedMessage } from '../../vault/protocol';
import { OtherSender, Sending, type Outgoing, type SendParts } from './sending';

const recipient = (address: string, account: string): Recipient => ({
  address,
  account,
  name: null,
  standing: 'registered',
  certificate: `certificate of ${account}`,
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
const packets: KeyPacket[] = ['bert', 'carla', 'anna'].map((account) => ({
  account,
  fingerprint: `key of ${account}`,
  packet: new Uint8Array([1]),
}));

let keys = 0;
let posts: { message: Send; key: string }[];
let answers: (Error | Sent)[];
let parts: SendParts;
const prepare = vi.fn<SendParts['prepare']>();
const check = vi.fn<SendParts['check']>();
const seal = vi.fn<SendParts['seal']>();
const sealAgain = vi.fn<SendParts['sealAgain']>();

beforeEach(() => {
  posts = [];
  answers = [];
  const answer = [recipient('bert@x.test', 'bert'), recipient('carla@x.test', 'carla')];
  const sealed: SealedMessage = { cover: new Uint8Array(), body: new Uint8Array(), keyPackets: packets };
  prepare.mockReset().mockResolvedValue(answer);
  check.mockReset().mockResolvedValue();
  seal.mockReset().mockResolvedValue(sealed);
  sealAgain.mockReset().mockResolvedValue(packets);
  parts = {
    account: () => 'anna',
    prepare,
    check,
    seal,
    sealAgain,
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
  it('hands what the vault sealed to the portal, and leaves Bcc out of the letter', async () => {
    await expect(new Sending(parts).run(outgoing)).resolves.toEqual(sent);
    const [letter, id] = seal.mock.calls[0] ?? [];
    expect(id).toBe('m1');
    expect(JSON.stringify(letter)).not.toContain('carla');
    expect(posts[0]?.message).toMatchObject({
      id: 'm1',
      from: 'anna@x.test',
      to: ['bert@x.test'],
      bcc: ['carla@x.test'],
      files: ['ff'],
      key_packets: packets.map(({ account, fingerprint }) => ({ account, fingerprint, packet: 'AQ==' })),
    });
  });

  it('sends the same sealed message under the same key while no answer comes', async () => {
    answers = [new Unreachable(), new Unreachable()];
    await new Sending(parts).run(outgoing);
    expect(posts).toHaveLength(3);
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
    expect(seal).toHaveBeenCalledOnce();
  });

  it('keeps to that when the writer tries again later', async () => {
    answers = [new Unreachable(), new Unreachable(), new Unreachable()];
    const sending = new Sending(parts);
    await expect(sending.run(outgoing)).rejects.toBeInstanceOf(Unreachable);
    await sending.run(outgoing);
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
    expect(seal).toHaveBeenCalledOnce();
  });

  it('seals anew under another key when the draft changed', async () => {
    answers = [new Unreachable(), new Unreachable(), new Unreachable()];
    const sending = new Sending(parts);
    await expect(sending.run(outgoing)).rejects.toBeInstanceOf(Unreachable);
    await sending.run({ ...outgoing, text: 'other' });
    expect(seal).toHaveBeenCalledTimes(2);
    expect(posts.at(-1)?.key).not.toBe(posts[0]?.key);
  });

  it('is sealed and posted by nobody but its sender', async () => {
    let account = 'anna';
    parts.account = () => account;
    const { post } = parts;
    const becomesOther = () => {
      account = 'eve';
    };

    prepare.mockImplementationOnce(() => Promise.resolve([]).finally(becomesOther));
    await expect(new Sending(parts).run(outgoing)).rejects.toBeInstanceOf(OtherSender);
    expect(check).not.toHaveBeenCalled();

    account = 'anna';
    check.mockImplementationOnce(() => Promise.resolve().finally(becomesOther));
    await expect(new Sending(parts).run(outgoing)).rejects.toBeInstanceOf(OtherSender);
    expect(seal).not.toHaveBeenCalled();
    expect(posts).toEqual([]);

    account = 'anna';
    answers = [new Unreachable()];
    parts.post = (...given) => post(...given).finally(becomesOther);
    await expect(new Sending(parts).run(outgoing)).rejects.toBeInstanceOf(OtherSender);
    expect(posts).toHaveLength(1);
  });

  it('makes new key packets for the same content when recipients changed', async () => {
    answers = [changed];
    await new Sending(parts).run(outgoing);
    expect(seal).toHaveBeenCalledOnce();
    expect(sealAgain).toHaveBeenCalledOnce();
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
    expect(seal.mock.calls.map(([letter]) => (letter as Outgoing).from.address)).toEqual([
      'anna@x.test',
      'anna@new.test',
    ]);
    expect(posts.map(({ message }) => message.from)).toEqual(['anna@x.test', 'anna@new.test']);
    expect(posts[1]?.message).toMatchObject({ id: 'm1', files: ['ff'] });
    expect(posts[1]?.key).not.toBe(posts[0]?.key);
  });

  it('repeats the very same message where no answer came, although the Master changed since', async () => {
    answers = [new Unreachable(), new Unreachable(), new Unreachable()];
    const sending = new Sending(parts);
    await expect(sending.run(outgoing)).rejects.toBeInstanceOf(Unreachable);
    await sending.run({ ...outgoing, from: { address: 'anna@new.test' } });
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
    expect(seal).toHaveBeenCalledOnce();
  });

  it('gives up when the sender changes again and again', async () => {
    answers = [moved, moved, moved, moved];
    await expect(new Sending(parts).run(outgoing)).rejects.toBe(moved);
    expect(posts).toHaveLength(3);
  });

  it('has the vault check what the portal answered, before anything is sealed, each time', async () => {
    answers = [changed];
    const to = [{ name: 'Bert', address: 'bert@x.test', formerly: 'bert@old.test' }];
    const cc = [{ address: 'BERT@x.test' }];
    await new Sending(parts).run({ ...outgoing, to, cc, bcc: [], inReplyTo: 'd0' });
    // Each address is asked for once; the vault learns how each was typed, and whom the writer knows.
    expect(prepare.mock.calls).toEqual(Array(2).fill([['bert@x.test'], 'd0']));
    const addressees = [{ address: 'bert@x.test', formerly: 'bert@old.test' }, { address: 'BERT@x.test' }];
    expect(check.mock.calls).toEqual(
      Array(2).fill(['m1', 'anna', addressees, await prepare.mock.results[0]?.value, 'd0']),
    );
    const [first, second] = check.mock.invocationCallOrder;
    expect(first).toBeLessThan(seal.mock.invocationCallOrder[0] ?? 0);
    expect(second).toBeLessThan(sealAgain.mock.invocationCallOrder[0] ?? 0);
    // Nobody who reads the letter is told of the former address.
    expect(JSON.stringify(seal.mock.calls[0]?.[0])).not.toContain('bert@old.test');
  });

  it('seals nothing to what the vault does not let pass', async () => {
    const refused = new VaultError('recipient-not-asked', '', ['eve@x.test']);
    check.mockRejectedValue(refused);
    await expect(new Sending(parts).run(outgoing)).rejects.toBe(refused);
    expect(seal).not.toHaveBeenCalled();
    expect(posts).toEqual([]);

    check.mockReset().mockResolvedValueOnce().mockRejectedValueOnce(refused);
    answers = [changed];
    await expect(new Sending(parts).run(outgoing)).rejects.toBe(refused);
    expect(sealAgain).not.toHaveBeenCalled();
    expect(posts).toHaveLength(1);
  });
});
