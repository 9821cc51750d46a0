import { describe, expect, it, vi } from 'vitest';
import { Refused, Unreachable } from '../api/problem';
import { VaultError } from '../vault/client';
import { Keyring, type HandedOver, type KeyringParts } from './keyring';

const conflict = new Refused({ type: 'version-conflict', status: 412, title: '' });

/** A keyring whose parcels are named by the key that opens them and the key they hold: `own>absorbed`. */
function keyring(waiting: string[], failures: Error[] = []) {
  const keys = new Set(['own']);
  let parcels: HandedOver[] = waiting.map((sealed) => ({ id: sealed, origin: { kind: 'claim', claim: 'c' }, sealed }));
  let inPerson = true;
  let joined = false;
  let stored = 5;
  const parts = {
    lock: () => Promise.resolve(new Uint8Array()),
    write: vi.fn(() => {
      const failure = failures.shift();
      return failure ? Promise.reject(failure) : Promise.resolve(++stored);
    }),
    reopen: vi.fn(() => {
      // What was not stored is not in it.
      keys.clear();
      keys.add('own');
      return Promise.resolve({ version: stored, joined });
    }),
    parcels: () => Promise.resolve(parcels),
    takeIn: ({ sealed }: HandedOver) => {
      const [to = '', key = ''] = sealed.split('>');
      if (!keys.has(to)) return Promise.reject(new VaultError('wrong-key', ''));
      const any = !keys.has(key);
      keys.add(key);
      return Promise.resolve(any);
    },
    isInPerson: () => inPerson,
    drop: vi.fn((id: string) => {
      parcels = parcels.filter((each) => each.id !== id);
      return Promise.resolve();
    }),
    keysCame: vi.fn(),
    parcelsRefused: vi.fn(),
  } satisfies KeyringParts;
  return {
    keys,
    parts,
    keyring: new Keyring(parts, { version: stored, joined: false }),
    become: (version: number, isJoined = false) => {
      stored = version;
      joined = isJoined;
    },
    byProgram: () => (inPerson = false),
  };
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

  it('tells of those that were not signed, goes on with the others, and tells no more once they are gone', async () => {
    const { keys, parts, keyring: ring } = keyring(['forged>evil', 'own>absorbed', 'nobody>other']);
    const takeIn = parts.takeIn;
    parts.takeIn = (parcel) =>
      parcel.sealed.startsWith('forged') ? Promise.reject(new VaultError('foreign-parcel', '')) : takeIn(parcel);
    await ring.takeInParcels();
    expect([...keys]).toEqual(['own', 'absorbed']);
    expect(parts.parcelsRefused).toHaveBeenLastCalledWith(1);
    parts.parcels = () => Promise.resolve([]);
    await ring.takeInParcels();
    expect(parts.parcelsRefused).toHaveBeenLastCalledWith(0);
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

describe('a session of a program', () => {
  it('takes parcels in, and leaves it to a person to say so', async () => {
    const { keys, parts, keyring: ring, byProgram } = keyring(['own>absorbed']);
    byProgram();
    await ring.takeInParcels();
    await ring.takeInParcels();
    expect([...keys]).toEqual(['own', 'absorbed']);
    // Looked at again, it brings nothing, and nothing is written.
    expect(parts.write).toHaveBeenCalledOnce();
    expect(parts.drop).not.toHaveBeenCalled();
  });
});

describe('a joined keyring', () => {
  it('is stored where it was opened at the beginning', async () => {
    const { parts } = keyring([]);
    const ring = new Keyring(parts, { version: 5, joined: true });
    await ring.settle();
    await ring.settle();
    expect(parts.write).toHaveBeenCalledOnce();
  });

  it('is stored where another device stored one that did not come of it', async () => {
    const { parts, keyring: ring, become } = keyring([]);
    become(6, true);
    await ring.follow(6);
    expect(parts.write).toHaveBeenCalledOnce();
  });

  it('is stored where it came of a write that was in conflict, though the change brings nothing', async () => {
    const { parts, keyring: ring, become } = keyring([], [conflict]);
    become(6, true);
    let changes = 0;
    await ring.change(() => Promise.resolve((changes += 1) === 1));
    expect(parts.write).toHaveBeenCalledTimes(2);
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
