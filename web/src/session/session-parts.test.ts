import { describe, expect, it } from 'vitest';
import { Refused } from '../api/problem';
import { destroy, keep, kept } from './reload-key';
import { changeVault, type VaultStore } from './vault-writes';

function storage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
    clear: () => items.clear(),
    key: () => null,
    length: 0,
  };
}

describe('the kept key', () => {
  it('survives, and can be destroyed', () => {
    const place = storage();
    keep({ account: 'a', wrapped: new Uint8Array([1, 2]) }, place);
    expect(kept(place)).toEqual({ account: 'a', wrapped: new Uint8Array([1, 2]) });
    destroy(undefined, place);
    expect(kept(place)).toBeUndefined();
  });

  it('of somebody else who signed in in another window stays', () => {
    const place = storage();
    keep({ account: 'b', wrapped: new Uint8Array([1]) }, place);
    destroy('a', place);
    expect(kept(place)?.account).toBe('b');
    destroy('b', place);
    expect(kept(place)).toBeUndefined();
  });

  it('is none where something else stands in its place', () => {
    const place = storage();
    for (const value of ['', '{', '1', '{"account":1}', '{"account":"a","wrapped":"*"}']) {
      place.setItem('restante.vault-key', value);
      expect(kept(place), value).toBeUndefined();
    }
  });
});

const conflict = new Refused({ type: 'version-conflict', status: 412, title: '' });

describe('changeVault', () => {
  /** A store in which another window writes before our first `rivals` writes. */
  function rivalled(rivals: number) {
    let version = 1;
    const written: number[] = [];
    const store: VaultStore = {
      lock: () => Promise.resolve(new Uint8Array()),
      write: (_sealed, base) => {
        if (rivals-- > 0) version += 1;
        if (base !== version) return Promise.reject(conflict);
        written.push(base);
        return Promise.resolve(++version);
      },
      reopen: () => Promise.resolve({ version, joined: false }),
    };
    return { store, written };
  }

  it('makes the change anew upon what another window stored', async () => {
    const { store, written } = rivalled(2);
    let changes = 0;
    const version = await changeVault(store, { version: 1, joined: false }, () => Promise.resolve((changes += 1) > 0));
    expect({ version, changes, written }).toEqual({ version: 4, changes: 3, written: [3] });
  });

  it('stores nothing where nothing changed', async () => {
    const { store, written } = rivalled(0);
    expect(await changeVault(store, { version: 1, joined: false }, () => Promise.resolve(false))).toBe(1);
    expect(written).toEqual([]);
  });

  it('does not go on for ever', async () => {
    await expect(
      changeVault(rivalled(99).store, { version: 1, joined: false }, () => Promise.resolve(true)),
    ).rejects.toBe(conflict);
  });
});
