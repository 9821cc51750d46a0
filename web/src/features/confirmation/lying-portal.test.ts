// A portal that names itself as the claimant, before everything that really runs between the page and the vault. The
// password is given to nobody, and nothing is confirmed.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { workerInProcess } from '../../vault/worker-in-process';
import type * as Api from '../../api/client';
import type { ClaimShown } from '../../api/types';
import { t } from '../../text';
import { vault } from '../../vault/client';
import { confirmByPassword, confirmationProblem } from './confirmation';

/** What the portal was asked for. */
const asked = vi.hoisted((): string[] => []);

vi.mock('../../api/client', async (original) => {
  const asks = (name: string) => () => {
    asked.push(name);
    return Promise.reject(new Error(name));
  };
  return {
    ...(await original<typeof Api>()),
    startSignIn: asks('startSignIn'),
    proveOwner: asks('proveOwner'),
    confirmClaim: asks('confirmClaim'),
  };
});

const CLAIMED = 'zoe@old.test';
const [ANNAS, LIARS] = ['ab'.repeat(32), 'cd'.repeat(32)];

const shown = (fingerprint: string, address = 'anna@clinic.test'): ClaimShown => ({
  address: CLAIMED,
  claimant: { name: 'Anna', address },
  claimant_fingerprint: fingerprint,
  by_administrator: false,
  by_claimant: false,
  expires_at: 0,
  outcome: { kind: 'absorbs' },
  asks: 'password',
});

/** What the page says, where somebody types what Anna read out. */
let characters: string;
async function confirms(claim: ClaimShown, how: 'absorb' | 'move'): Promise<string> {
  const confirmed = confirmByPassword('', claim, how, 'seven quiet herons', characters, () => undefined);
  return confirmed.then(
    () => 'confirmed',
    (error: unknown) =>
      error instanceof Error && error.message === 'startSignIn' ? '' : confirmationProblem(error, ''),
  );
}

beforeAll(async () => {
  await workerInProcess();
  // As Alias Management shows them to her.
  characters = await vault.call('claimCharacters', [CLAIMED, ANNAS]);
}, 60_000);

beforeEach(() => void asked.splice(0));

describe('a portal that lies about the claimant', () => {
  it('is no portal that tells the truth', async () => {
    expect(await confirms(shown(ANNAS), 'absorb')).toBe('');
    expect(asked).toEqual(['startSignIn']);
  });

  it.each(['absorb', 'move'] as const)('names itself, to %s', async (how) => {
    expect(await confirms(shown(LIARS), how)).toBe(t('confirm.wrong-characters'));
    expect(asked).toEqual([]);
  });

  it('names somebody else', async () => {
    expect(await confirms(shown(LIARS, 'mallory@evil.test'), 'absorb')).toBe(t('confirm.wrong-characters'));
    expect(asked).toEqual([]);
  });
});
