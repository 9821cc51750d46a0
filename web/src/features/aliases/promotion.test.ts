import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '../../api/types';
import { session } from '../../session/session.svelte';
import { needsPassword, promote } from './promotion';

vi.hoisted(() => vi.stubGlobal('addEventListener', () => undefined));

const asked = vi.hoisted(() => [] as string[]);

vi.mock('../../api/client', async (original) => ({
  ...(await original<object>()),
  promote: (address: string) => {
    asked.push(`promote ${address}`);
    return Promise.resolve();
  },
  session: () => Promise.reject(new Error('not asked here')),
}));
vi.mock('../sign-in/sign-in', () => ({
  givePassword: () => {
    asked.push('password');
    session.passwordGiven(1_300_000);
    return Promise.resolve();
  },
}));

const NOW = 1_000_000;

function signedIn(password_until: number) {
  session.session = { account: { id: 'id', addresses: [] }, password_until } as unknown as Session;
}

beforeEach(() => {
  asked.length = 0;
});

describe('the password for a promotion', () => {
  it('is not asked for again right after signing in with it', () => {
    signedIn(NOW + 1);
    expect(needsPassword(NOW)).toBe(false);
  });

  it('is asked for when it was given too long ago', () => {
    signedIn(NOW);
    expect(needsPassword(NOW)).toBe(true);
  });

  it('is asked for in a session that was handed over: it was never given there', async () => {
    // As the portal has it: given at the beginning of time, and good for five minutes.
    signedIn(300_000);
    expect(needsPassword(NOW)).toBe(true);
    await promote('anna@new.test', true, 'secret', () => undefined);
    expect(asked).toEqual(['password', 'promote anna@new.test']);
    expect(needsPassword(NOW)).toBe(false);
  });
});
