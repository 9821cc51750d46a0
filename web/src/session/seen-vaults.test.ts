import { describe, expect, it } from 'vitest';
import { toBase64 } from '../api/bytes';
import { VaultError } from '../vault/client';
import { Best, InMemory, revisionOf } from './seen-vaults';
import { isRefusedVault, takeUp } from './taking-up';

/** A sealed vault of that revision. */
function sealed(revision: bigint, content = 0): Uint8Array {
  const bytes = new Uint8Array(26).fill(3);
  new DataView(bytes.buffer).setBigInt64(17, revision);
  bytes[25] = content;
  return bytes;
}

describe('seen vaults', () => {
  it('know the revision in the head', () => {
    expect(revisionOf(sealed(7n))).toBe(7n);
    expect(revisionOf(sealed(2n ** 62n))).toBe(2n ** 62n);
    expect(revisionOf(sealed(7n).subarray(0, 24))).toBe(0n);
    const within = new Uint8Array(40);
    within.set(sealed(9n), 10);
    expect(revisionOf(within.subarray(10))).toBe(9n);
  });

  // In a browser that has no database, as here, for as long as the page is open.
  for (const [name, make] of [
    ['in memory', () => new InMemory()],
    ['as the browser has it', () => new Best(undefined)],
    [
      'where the database does not open',
      () =>
        new Best({
          open: () => {
            throw new Error('not in a private window');
          },
        } as unknown as IDBFactory),
    ],
  ] as const) {
    it(`never go back, ${name}`, async () => {
      const seen = make();
      expect(await seen.last('anna')).toBeUndefined();
      for (const revision of [1n, 3n, 2n]) await seen.keep('anna', sealed(revision));
      expect(await seen.last('anna')).toEqual(sealed(3n));
      // Another of the same revision: two were joined.
      await seen.keep('anna', sealed(3n, 1));
      expect(await seen.last('anna')).toEqual(sealed(3n, 1));
      expect(await seen.last('ben')).toBeUndefined();
    });
  }
});

describe('takeUp', () => {
  const stored = (revision: number) => ({ sealed: toBase64(sealed(BigInt(revision))), version: revision });

  it('gives the worker the account, and what was seen of it last', async () => {
    const seen = new InMemory();
    await seen.keep('ben', sealed(9n));
    const open = async ({ account, lastSeen }: { account: string; lastSeen: Uint8Array | undefined }) => {
      expect(account).toBe('anna');
      await Promise.resolve();
      return lastSeen !== undefined && revisionOf(lastSeen) === 99n;
    };
    expect(await takeUp('anna', stored(1), open, seen)).toEqual({ version: 1, joined: false, first: true });
    expect(await takeUp('anna', stored(2), open, seen)).toEqual({ version: 2, joined: false, first: false });
    expect(await seen.last('anna')).toEqual(sealed(2n));
  });

  it('keeps neither what was refused nor what is joined and not stored yet', async () => {
    const seen = new InMemory();
    await seen.keep('anna', sealed(5n));
    for (const code of ['older-vault', 'foreign-vault', 'vault-leapt', 'forked-vault', 'unreadable-vault']) {
      const refusing = () => Promise.reject(new VaultError(code, ''));
      await expect(takeUp('anna', stored(8), refusing, seen)).rejects.toSatisfy(isRefusedVault);
    }
    const joining = () => Promise.resolve(true);
    expect(await takeUp('anna', stored(8), joining, seen)).toEqual({ version: 8, joined: true, first: false });
    expect(await seen.last('anna')).toEqual(sealed(5n));
  });
});
