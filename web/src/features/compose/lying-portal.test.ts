// A portal that lies about recipients, before everything that really runs between the form and the vault: the form's own
// state, sending, the worker and the vault's module. Each lie ends in its sentence, and nothing is sealed to it.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { workerInProcess } from '../../vault/worker-in-process';
import { toBase64 } from '../../api/bytes';
import type * as Api from '../../api/client';
import { Refused } from '../../api/problem';
import type { Recipient, Send } from '../../api/types';
import { session } from '../../session/session.svelte';
import { t } from '../../text';
import { vault } from '../../vault/client';
import { Composing } from './composing.svelte';
import { draft } from './draft.svelte';
import type { Addressee } from './recipients';

const world = vi.hoisted(() => ({
  prepare: (_addresses: string[]): Promise<Recipient[]> => Promise.resolve([]),
  post: (_message: Send): Promise<unknown> => Promise.resolve({}),
}));

vi.mock('../../api/client', async (original) => ({
  ...(await original<typeof Api>()),
  prepareRecipients: (addresses: string[]) => world.prepare(addresses),
  send: (message: Send) => world.post(message),
}));

const ANNA = 'anna@clinic.test';
const BEN = 'ben@lawyers.test';
const NEW = 'ben.new@lawyers.test';
const ids = ['a', 'b', 'e', 'c'].map((end) => `0199ad0e-1f7a-7000-8000-00000000000${end}`);
const [anna = '', ben = '', eve = '', carol = ''] = ids;

/** Makes somebody's keys in the worker; the last one made is who is signed in. */
async function register(address: string) {
  await vault.call('startRegistration', ['seven quiet herons', []]);
  // Any two points of the group make an answer that a registration can be finished with: the basepoint, twice.
  const basepoint = 'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76';
  const response = Uint8Array.from(Buffer.from(basepoint + basepoint, 'hex'));
  const setup = { origin: location.origin, number: 1, stretching: { memory_kib: 64 << 10, passes: 3 } };
  await vault.call('finishRegistration', [response, setup, anna, address, Date.now() - 60_000]);
  return vault.call('identity', []);
}

type Key = Awaited<ReturnType<typeof register>>;
let keys: Record<'ben' | 'eve' | 'evesBen' | 'carol' | 'evesNew' | 'anna', Key>;
let posted: Send[];

const answer = (address: string, account: string, key: Key, more: Partial<Recipient> = {}): Recipient => ({
  address,
  account,
  name: null,
  standing: 'registered',
  certificate: toBase64(key.certificate),
  ...more,
});
const bens = () => answer(BEN, ben, keys.ben);
const remember = (address: string, key: Key) => vault.call('remember', [address, key.fingerprint]);

/** Writes to Ben, presses *Send*, and waits for what comes of it. */
async function sends(recipients: Recipient[], to: Addressee[] = [{ address: BEN }]): Promise<Composing> {
  world.prepare = () => Promise.resolve(recipients);
  draft.clear();
  draft.to = to;
  draft.subject = 'The contract';
  const composing = new Composing(() => undefined);
  await composing.send();
  return composing;
}

beforeAll(async () => {
  await workerInProcess();
  keys = {
    ben: await register(BEN),
    eve: await register('eve@evil.test'),
    evesBen: await register(BEN),
    evesNew: await register(NEW),
    carol: await register('carol@clinic.test'),
    anna: await register(ANNA),
  };
}, 120_000);

beforeEach(async () => {
  const addresses = [{ address: ANNA, master: true, confirmed_at: 0 }];
  const account = { id: anna, name: 'Anna', kind: 'professional', administrator: false, addresses, certificate: '' };
  session.session = { account, password_until: 0 } as unknown as NonNullable<typeof session.session>;
  vi.spyOn(session, 'refresh').mockResolvedValue(undefined as never);
  vi.spyOn(session, 'change').mockImplementation((work) => work().then(() => undefined));
  posted = [];
  world.post = (message) => {
    posted.push(message);
    return Promise.resolve({ message: message.id, delivery: 'd1' });
  };
  await remember(BEN, keys.ben);
});

describe('a portal that lies about recipients', () => {
  it('is no portal that tells the truth', async () => {
    const composing = await sends([bens()]);
    expect(composing.problem).toBe('');
    expect(composing.firstContacts).toEqual([]);
    expect(posted.map(({ key_packets }) => key_packets.map(({ account }) => account))).toEqual([[ben, anna]]);
  });

  const lies: [string, () => Recipient[], string, string][] = [
    ['adds one', () => [bens(), answer('eve@evil.test', eve, keys.eve)], 'recipient-not-asked', 'eve@evil.test'],
    ['names another instead', () => [answer('eve@evil.test', eve, keys.eve)], 'recipient-not-asked', 'eve@evil.test'],
    ['drops one', () => [], 'recipient-not-answered', BEN],
    ['answers twice', () => [bens(), answer(BEN, eve, keys.evesBen)], 'recipient-answered-twice', BEN],
    ['redirects one', () => [answer(BEN, eve, keys.eve)], 'key-of-another-address', BEN],
    ['claims the own account', () => [answer(BEN, anna, keys.ben)], 'another-key-as-own', BEN],
    ['serves what is no certificate', () => [{ ...bens(), certificate: 'AAAA' }], 'key-unusable', BEN],
  ];

  it.each(lies)('%s', async (_, recipients, code, address) => {
    const composing = await sends(recipients());
    expect(composing.problem).toBe(t(`compose.lie.${code}` as 'compose.lie.several-keys', { addresses: address }));
    expect(posted).toEqual([]);
  });

  it('claims an own address for somebody else', async () => {
    const composing = await sends([answer(ANNA, eve, keys.anna)], [{ address: ANNA }]);
    expect(composing.problem).toBe(t('compose.lie.own-address-elsewhere', { addresses: ANNA }));
    expect(posted).toEqual([]);
  });

  it('claims a correspondent’s address as an own one, also in the account', async () => {
    const certificate = await vault.call('certify', [[BEN], Date.now()]);
    await vault.call('certify', [[ANNA, BEN], Date.now()]);
    const composing = await sends([answer(BEN, anna, { ...keys.anna, certificate })]);
    await vault.call('certify', [[ANNA], Date.now()]);
    expect([composing.asking, composing.changedKeys]).toEqual(['keys', [BEN]]);
    expect(posted).toEqual([]);
  });

  it('gives two people one account', async () => {
    const both = [bens(), answer('carol@clinic.test', ben, keys.carol)];
    const composing = await sends(both, [{ address: BEN }, { address: 'carol@clinic.test' }]);
    expect(composing.problem).toBe(t('compose.lie.several-keys', { addresses: 'carol@clinic.test' }));
    expect(posted).toEqual([]);
  });

  it.each(['registered', 'invited'] as const)('swaps a key that is remembered, of somebody %s', async (standing) => {
    const composing = await sends([answer(BEN, eve, keys.evesBen, { standing })]);
    expect([composing.asking, composing.changedKeys]).toEqual(['keys', [BEN]]);
    expect(posted).toEqual([]);
    // The writer asked Ben, who has new keys indeed.
    await composing.acceptKeys();
    expect(posted).toHaveLength(1);
    await remember(BEN, keys.ben);
  });

  it('changes recipients after they were checked', async () => {
    let rounds = 0;
    world.post = () => {
      world.prepare = () => Promise.resolve([bens(), answer('eve@evil.test', eve, keys.eve)]);
      rounds += 1;
      return Promise.reject(new Refused({ type: 'recipients-changed', status: 409, title: '' }));
    };
    const composing = await sends([bens()]);
    expect(composing.problem).toBe(t('compose.lie.recipient-not-asked', { addresses: 'eve@evil.test' }));
    expect(rounds).toBe(1);
  });

  it('leads an answer to somebody else, whose key is known too', async () => {
    const to = [{ address: NEW, formerly: BEN }];
    for (const known of [false, true]) {
      if (known) await remember(NEW, keys.evesNew);
      const composing = await sends([answer(NEW, carol, keys.evesNew)], to);
      expect([composing.asking, composing.changedKeys]).toEqual(['keys', [NEW]]);
    }
    expect(posted).toEqual([]);
  });
});

describe('an address that became one’s own a moment ago', () => {
  it('is written to once the account was looked at', async () => {
    const winter = 'anna.winter@clinic.test';
    // As the portal gives it out: with this one address.
    const certificate = await vault.call('certify', [[winter], Date.now()]);
    const own = answer(winter, anna, { ...keys.anna, certificate });
    await vault.call('certify', [[ANNA], Date.now()]);
    const refresh = vi.spyOn(session, 'refresh').mockImplementation((async () => {
      await vault.call('certify', [[ANNA, winter], Date.now()]);
    }) as never);
    refresh.mockClear();
    const composing = await sends([own], [{ address: winter }]);
    await vault.call('certify', [[ANNA], Date.now()]);
    expect([composing.problem, refresh.mock.calls.length, posted.length]).toEqual(['', 1, 1]);
  });
});

describe('first contact', () => {
  it('is named before anything is sealed, at the form and again when the portal has answered', async () => {
    const carols = { address: 'carol@clinic.test' };
    draft.clear();
    draft.to = [carols, { address: BEN }, { address: ANNA }];
    const composing = new Composing();
    await composing.lookForFirstContacts(composing.addressees);
    expect(composing.firstContacts).toEqual(['carol@clinic.test']);

    const first = await sends([answer('carol@clinic.test', carol, keys.carol)], [carols]);
    expect(first.firstContacts).toEqual(['carol@clinic.test']);
    expect(posted).toHaveLength(1);
    const again = await sends([answer('carol@clinic.test', carol, keys.carol)], [carols]);
    expect(again.firstContacts).toEqual([]);
  });
});
