// A portal that lies about what holds the keys, before everything that really runs between a reload and the open vault:
// the session, the worker and the vault's module. Each lie ends in its refusal, and nothing is stored over it.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { workerInProcess } from '../vault/worker-in-process';
import { toBase64 } from '../api/bytes';
import type * as Api from '../api/client';
import type { Parcel, Session, Vault } from '../api/types';
import { VaultError, vault } from '../vault/client';
import * as guessing from '../vault/module/guessing.js';
import * as module from '../vault/module/vault_wasm.js';
import * as reloadKey from './reload-key';
import { session } from './session.svelte';

const world = vi.hoisted(() => ({
  session: undefined as unknown,
  vault: undefined as unknown,
  parcels: [] as unknown[],
  /** What was put to the portal. */
  written: [] as string[],
  dropped: [] as string[],
}));

vi.mock('../api/client', async (original) => ({
  ...(await original<typeof Api>()),
  portal: () => Promise.resolve({}),
  session: () => Promise.resolve(world.session),
  vault: () => Promise.resolve(world.vault),
  parcels: () => Promise.resolve(world.parcels),
  writeVault: (sealed: string, version: number) => {
    world.written.push(sealed);
    return Promise.resolve({ version: version + 1 });
  },
  dropParcel: (id: string) => Promise.resolve(void world.dropped.push(id)),
  writeCertificate: () => Promise.resolve(),
  endSessionOf: () => Promise.resolve(),
}));

const ANNA = 'anna@clinic.test';
const [anna = '', eve = '', claim = '', otherClaim = ''] = ['a', 'e', 'c', 'd'].map(
  (end) => `0199ad0e-1f7a-7000-8000-00000000000${end}`,
);
const setup = { origin: 'https://portal.test', number: 1, stretching: { memory_kib: 64 << 10, passes: 3 } };
// Any two points of the group make an answer that a registration can be finished with: the basepoint, twice.
const basepoint = 'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76';
const response = Uint8Array.from(Buffer.from(basepoint + basepoint, 'hex'));
const unwraps = new Uint8Array(32).fill(7);

let key: { account: string; wrapped: Uint8Array };
let certificate: Uint8Array;
/** Her vault as it was first, and as it is now. */
let first: Uint8Array;
let now: Uint8Array;
/** What the vault refused. */
let refused: string[];

const stored = (sealed: Uint8Array): Vault => ({
  version: Number(new DataView(sealed.buffer, sealed.byteOffset).getBigInt64(17)),
  sealed: toBase64(sealed),
  slots: [],
  written: { at: 0, in_person: true },
});

const sessionOf = (account: string, addresses = [ANNA]) =>
  ({
    account: {
      id: account,
      name: 'Anna',
      kind: 'professional',
      administrator: false,
      addresses: addresses.map((address, at) => ({ address, master: at === 0, confirmed_at: 0 })),
      certificate: toBase64(certificate),
    },
    reload_key: toBase64(unwraps),
    expires_at: 0,
    password_until: 0,
    in_person: true,
  }) satisfies Session;

/** Her vault with another head, or with something else behind it. */
function altered(change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = now.slice();
  change(new DataView(bytes.buffer), bytes);
  return bytes;
}

async function reloads(): Promise<void> {
  reloadKey.keep(key);
  await session.start();
}

/** Keys that somebody hands over to Anna by that claim. */
function parcel(id: string, by: string): Parcel {
  const started = module.startRegistration('seven quiet herons', [], guessing);
  const giver = started.finish(response, setup, setup.origin, eve, `${id}@old.test`, Date.now() - 60_000).vault;
  const sealed = giver.handOver(certificate, by, Date.now());
  return { id, origin: { kind: 'claim', claim: by }, sealed: toBase64(sealed) };
}

beforeAll(async () => {
  await workerInProcess();
  const items = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  });
  await vault.call('startRegistration', ['seven quiet herons', []]);
  const made = await vault.call('finishRegistration', [response, setup, anna, ANNA, Date.now() - 60_000]);
  ({ certificate } = made);
  first = made.sealedVault;
  key = { account: anna, wrapped: await vault.call('wrapForReload', [unwraps]) };

  const call = vault.call.bind(vault);
  vi.spyOn(vault, 'call').mockImplementation(async (...asked) => {
    try {
      return await call(...asked);
    } catch (error) {
      if (error instanceof VaultError) refused.push(error.code);
      throw error;
    }
  });
}, 120_000);

beforeEach(async () => {
  Object.assign(world, {
    session: sessionOf(anna),
    vault: stored(now ?? first),
    parcels: [],
    written: [],
    dropped: [],
  });
  refused = [];
  await reloads();
  if (now) return;
  // She meets Ben, whose key is remembered in a second revision.
  await session.change(() => vault.call('remember', ['ben@lawyers.test', 'ab'.repeat(32)]));
  now = Uint8Array.from(Buffer.from(world.written[0] ?? '', 'base64'));
  world.vault = stored(now);
  world.written = [];
});

describe('a portal that lies about the vault', () => {
  it('is no portal that tells the truth', async () => {
    await reloads();
    expect([session.phase, refused]).toEqual([{ name: 'signed-in' }, []]);
  });

  const lies: [string, () => Uint8Array, string][] = [
    ['serves an older one', () => first, 'older-vault'],
    ['leaps', () => altered((view) => view.setBigInt64(17, view.getBigInt64(17) + 10_001n)), 'vault-leapt'],
    ['leaps to the end', () => altered((view) => view.setBigInt64(17, 2n ** 63n - 1n)), 'vault-leapt'],
    ['serves that of another account', () => altered((_, bytes) => (bytes[16] = 0x0e)), 'foreign-vault'],
    ['serves noise behind a right head', () => altered((_, bytes) => bytes.fill(9, 25)), 'unreadable-vault'],
  ];

  it.each(lies)('%s', async (_, served, code) => {
    world.vault = stored(served());
    await reloads();
    expect(session.phase).toEqual({ name: 'signed-out', because: 'keyring' });
    expect(refused).toEqual([code]);
    expect(world.written).toEqual([]);
    // What was seen stays seen, and what is true opens.
    world.vault = stored(now);
    await reloads();
    expect(session.phase).toEqual({ name: 'signed-in' });
  });
});

describe('a portal that lies about parcels', () => {
  it('has nothing taken in that was not signed as that, and it is told', async () => {
    const [one, two] = [parcel('one', claim), parcel('two', otherClaim)];
    world.parcels = [{ ...one, origin: two.origin }];
    await session.refresh();
    expect([refused, session.parcelsRefused]).toEqual([['foreign-parcel'], 1]);
    world.parcels = [
      { ...one, sealed: two.sealed },
      { ...two, sealed: one.sealed },
    ];
    await session.refresh();
    expect([session.phase, session.parcelsRefused]).toEqual([{ name: 'signed-in' }, 2]);
    expect([world.written, world.dropped]).toEqual([[], []]);

    world.parcels = [one, two];
    await session.refresh();
    expect([session.parcelsRefused, world.written.length, world.dropped]).toEqual([0, 1, ['one', 'two']]);
    now = Uint8Array.from(Buffer.from(world.written[0] ?? '', 'base64'));
  });
});

describe('a portal that lies about the account', () => {
  it('has another one taken for the own neither at a reload nor later', async () => {
    world.session = sessionOf(eve);
    await session.refresh();
    expect(session.account.id).toBe(anna);
    await reloads();
    expect(session.phase).toEqual({ name: 'signed-out', because: 'no-key' });
  });

  it('has another Master shown as what messages come from', async () => {
    world.session = sessionOf(anna, ['ben@lawyers.test', ANNA]);
    await session.refresh();
    expect(session.sender.address).toBe('ben@lawyers.test');
  });
});
