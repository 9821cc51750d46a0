// @vitest-environment jsdom
// What takes the signed-in account for its Master: listed in docs/master.md.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClaimShown, Session } from '../api/types';
import { isClaimant } from '../features/confirmation/confirmation';
import { givePassword } from '../features/sign-in/sign-in';
import { session } from './session.svelte';

const asked = vi.hoisted(() => ({ startSignIn: [] as string[] }));

vi.mock('../api/client', async (original) => ({
  ...(await original<object>()),
  startSignIn: (address: string) => {
    asked.startSignIn.push(address);
    return Promise.resolve({ sign_in: 'id', credential_response: '' });
  },
  givePassword: () => Promise.resolve({ password_until: 9000 }),
}));
vi.mock('../vault/client', () => ({
  isVaultError: () => false,
  vault: { call: () => Promise.resolve(new Uint8Array()), forget: () => undefined },
}));

/** The session of somebody who has this Master and this alias. */
function withMaster(master: string, alias: string) {
  const own = (address: string) => ({ address, master: address === master, confirmed_at: 0 });
  const account = { id: 'id', name: 'Anna', addresses: [alias, master].map(own) };
  session.session = { account, password_until: 0 } as unknown as Session;
  session.phase = { name: 'signed-in' };
}

const claimBy = (address: string) => ({ claimant: { name: 'Anna', address } }) as ClaimShown;

describe('the session', () => {
  beforeEach(() => withMaster('Anna@new.test', 'anna@old.test'));

  it('sends from the Master, whichever address comes first', () => {
    expect(session.master).toBe('Anna@new.test');
    expect(session.sender).toEqual({ name: 'Anna', address: 'Anna@new.test' });
    expect(session.ownAddresses).toEqual(['anna@old.test', 'Anna@new.test']);
  });

  it('follows a promotion made elsewhere as soon as the portal is asked again', () => {
    withMaster('anna@old.test', 'Anna@new.test');
    expect(session.sender.address).toBe('anna@old.test');
  });

  it('knows a claim of its own by the Master', () => {
    expect(isClaimant(claimBy('anna@NEW.test'))).toBe(true);
    expect(isClaimant(claimBy('anna@old.test'))).toBe(false);
  });

  it('gives the password again under the Master', async () => {
    await givePassword('secret');
    expect(asked.startSignIn).toEqual(['Anna@new.test']);
    expect(session.session?.password_until).toBe(9000);
  });
});
