import { describe, expect, it, vi } from 'vitest';
import { Refused, Unreachable } from '../api/problem';
import { VaultError } from '../vault/client';
import { Keyring, type HandedOver, type KeyringParts } from './keyring';

const conflict = new Refused({ type: 'version-conflict', status: 412, title: '' });

/** A keyring whose parcels are named by the key that opens them and the key they hold: `own>absorbed`. */
function keyring(waiting: string[], failures: Error[] = []) {
  const keys = new Set(['own']);
  let parcels: HandedOver[] = waiting.map((sealed) => ({ id: sealed, sealed }));
  let stored = 5;
  const parts = {
    lock: () => Promise.resolve(new Uint8Array()),
    write: vi.fn(() => {
      const failure = failures.shift();
      return failure ? Promise.reject(failure) : Promise.resolve(++stored);
    }),
    reopen: vi.fn(() => Promise.resolve(stored)),
    parcels: () => Promise.resolve(parcels),
    takeIn: ({ sealed }: HandedOver) => {
      const [to = '', key = ''] = sealed.split('>');
      if (!keys.has(to)) return Promise.reject(new VaultError('wrong-key', ''));
      keys.add(key);
      return Promise.resolve();
    },
    drop: vi.fn((id: string) => {
      parcels = parcels.filter((each) => each.id !== id);
      return Promise.resolve();
    }),
    keysCame: vi.fn(),
  } satisfies KeyringParts;
  return { keys, parts, keyring: new Keyring(parts, stored), become: (version: number) => (stored = version) };
}

describe('takeInParcels', () => {
  it('goes on until nothing more opens, and drops what it took in when that is stored', async () => {
    const {
      keys,
      parts,
      keyring: ring,
    } = keyring(['waiting>oldest', 'absorbed>waiting', 'nobody>other', 'own>absorbed']);
    await ring.takeInParcels();
    expect([...keys]).toEqual(['own', 'absorbed', 'waiting', 'oldest']);
    expect(parts.write).toHaveBeenCalledOnce();
    expect(parts.drop.mock.calls.flat()).toEqual(['own>absorbed', 'absorbed>waiting', 'waiting>oldest']);
    expect(parts.keysCame).toHaveBeenCalledOnce();
  });

  it('stores nothing where nothing opens', async () => {
    const { parts, keyring: ring } = keyring(['nobody>other']);
    await ring.takeInParcels();
    expect(parts.write).not.toHaveBeenCalled();
    expect(parts.keysCame).not.toHaveBeenCalled();
  });

  it('drops nothing that was not stored', async () => {
    const { parts, keyring: ring } = keyring(['own>absorbed'], [new Unreachable()]);
    await expect(ring.takeInParcels()).rejects.toBeInstanceOf(Unreachable);
    expect(parts.drop).not.toHaveBeenCalled();
  });

  it('leaves them for later where other devices are quicker again and again', async () => {
    const { parts, keyring: ring } = keyring(['own>absorbed'], [conflict, conflict, conflict, conflict]);
    await ring.takeInParcels();
    expect(parts.drop).not.toHaveBeenCalled();
  });
});

describe('follow', () => {
  it('opens what another device stored, once', async () => {
    const { parts, keyring: ring, become } = keyring([]);
    become(6);
    await ring.follow(6);
    await ring.follow(6);
    expect(parts.reopen).toHaveBeenCalledOnce();
    expect(parts.keysCame).toHaveBeenCalledOnce();
  });

  it('does not mind its own writes, told of before they were answered', async () => {
    const { parts, keyring: ring } = keyring([]);
    await Promise.all([ring.change(() => Promise.resolve(true)), ring.follow(6)]);
    expect(parts.reopen).not.toHaveBeenCalled();
  });
});
