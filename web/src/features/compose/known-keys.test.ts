import { describe, expect, it, vi } from 'vitest';
import type { Predecessor } from '../../api/types';
import type { Sight } from '../../vault/protocol';
import { sightOf, type KnownKeys } from './known-keys';
import type { RecipientKey } from './sending';

const key: RecipientKey = {
  account: 'bert',
  address: 'bert@new.test',
  fingerprint: 'aa',
  owned: true,
  predecessors: [],
  formerly: 'bert@old.test',
};
const predecessor: Predecessor = { certificate: 'bb', statement: 'bb says aa' };

/** A vault that has seen these keys, and a portal that has one key before to tell of at the former address. */
function knowing(seen: Record<string, string>, told: Predecessor[] = []) {
  const predecessorsAt = vi.fn(() => Promise.resolve(told));
  const known: KnownKeys = {
    seen: (address, fingerprint, predecessors): Promise<Sight> => {
      const before = seen[address];
      if (before === undefined) return Promise.resolve({ sight: 'first' });
      if (before === fingerprint) return Promise.resolve({ sight: 'same' });
      const vouched = predecessors.some(({ certificate }) => certificate === before);
      return Promise.resolve({ sight: vouched ? 'succeeded' : 'changed', before });
    },
    predecessorsAt,
  };
  return { known, predecessorsAt };
}

describe('sightOf', () => {
  it('is what is known of the address, where anything is', async () => {
    expect(await sightOf(key, knowing({ 'bert@new.test': 'aa', 'bert@old.test': 'cc' }).known)).toBe('same');
    expect(await sightOf(key, knowing({ 'bert@new.test': 'cc', 'bert@old.test': 'aa' }).known)).toBe('changed');
  });

  it('takes the key that the person had under the former address', async () => {
    const { known, predecessorsAt } = knowing({ 'bert@old.test': 'aa' });
    expect(await sightOf(key, known)).toBe('first');
    expect(predecessorsAt).not.toHaveBeenCalled();
  });

  it('does not take another on the portal’s word alone', async () => {
    expect(await sightOf(key, knowing({ 'bert@old.test': 'cc' }).known)).toBe('changed');
    expect(await sightOf(key, knowing({ 'bert@old.test': 'cc' }, [predecessor]).known)).toBe('changed');
  });

  it('takes the one that the former key names: the account was absorbed', async () => {
    expect(await sightOf(key, knowing({ 'bert@old.test': 'bb' }, [predecessor]).known)).toBe('first');
  });

  it('has nothing to compare where neither address was seen', async () => {
    expect(await sightOf(key, knowing({}).known)).toBe('first');
  });
});
