import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused, Unreachable } from '../../api/problem';
import { session } from '../../session/session.svelte';
import type { ServedVault } from '../../vault/protocol';
import { handOverProblem, inspect, take, whoIsIn, type Open } from './hand-over';

const FRAGMENT = 'A'.repeat(43);
const TOKEN = 'AQ==';

/** A portal with one hand-over, a browser, and what they were asked in which order. */
const world = vi.hoisted(() => ({
  asked: [] as string[],
  refuse: undefined as Error | undefined,
  opens: true,
  signedIn: [] as string[],
}));

vi.mock('../../api/client', () => {
  const ask = <T>(what: string, answer: T) => {
    world.asked.push(what);
    return world.refuse ? Promise.reject(world.refuse) : Promise.resolve(answer);
  };
  return {
    inspectHandOver: (token: string) =>
      ask(`inspect ${token}`, { name: 'Anna', address: 'anna@x.test', expires_at: 9000 }),
    takeHandOver: (token: string) =>
      ask(`take ${token}`, {
        signed_in: { session: { account: { id: 'anna' } }, vault: { sealed: 'Ag==', version: 1 } },
        wrapped: 'Aw==',
      }),
    endSessionOf: (account: string) => ask(`end ${account}`, undefined),
  };
});
vi.mock('../../session/session.svelte', () => ({
  session: {
    get phase() {
      return { name: world.signedIn.length > 0 ? 'signed-in' : 'signed-out' };
    },
    get ownAddresses() {
      return world.signedIn;
    },
    signOut: () => {
      world.asked.push('sign out');
      world.signedIn = [];
      return Promise.resolve();
    },
    begin: () => {
      world.asked.push('begin');
      world.signedIn = ['anna@x.test'];
      return Promise.resolve();
    },
  },
}));
vi.mock('../../vault/client', async () => {
  class VaultError extends Error {}
  return {
    VaultError,
    isVaultError: () => false,
    vault: {
      call: (name: string, [purpose, secret, wrapped, served]: [string, Uint8Array, Uint8Array?, ServedVault?]) => {
        world.asked.push(
          `${name} ${purpose} ${secret.length} ${String(wrapped)} ${served?.account} ${String(served?.sealed)}`,
        );
        if (name === 'passToken') return Promise.resolve(new Uint8Array([1]));
        return world.opens ? Promise.resolve(false) : Promise.reject(new VaultError('wrong-key'));
      },
    },
  };
});

const refused = (type: 'link-unknown' | 'link-expired' | 'account-disabled' | 'internal') =>
  new Refused({ type, status: 404, title: '' });

const open: Open = {
  state: 'open',
  shown: { name: 'Anna', address: 'anna@x.test', expires_at: 9000 },
  secret: new Uint8Array(32),
  token: TOKEN,
};

beforeEach(() => Object.assign(world, { asked: [], refuse: undefined, opens: true, signedIn: [] }));

describe('a hand-over', () => {
  it('is looked at by its token: the portal does not see what the link holds', async () => {
    expect(await inspect(FRAGMENT)).toMatchObject({ state: 'open', token: TOKEN, shown: { name: 'Anna' } });
    expect(world.asked).toEqual(['passToken hand-over 32 undefined undefined undefined', `inspect ${TOKEN}`]);
  });

  it('is nothing without the whole link', async () => {
    for (const fragment of ['', 'A', '*'.repeat(43)]) {
      expect(await inspect(fragment)).toEqual({ state: 'ended', ending: 'link-unknown' });
    }
    expect(world.asked).toEqual([]);
  });

  it('has words of its own where it was used, has expired or leads to a disabled account', async () => {
    for (const ending of ['link-unknown', 'link-expired', 'account-disabled'] as const) {
      world.refuse = refused(ending);
      expect(await inspect(FRAGMENT)).toEqual({ state: 'ended', ending });
      expect(await take(open)).toEqual({ state: 'ended', ending });
    }
    world.refuse = refused('internal');
    await expect(inspect(FRAGMENT)).rejects.toBe(world.refuse);
  });

  it('opens the vault that the portal gives out with what the link holds', async () => {
    expect(await take(open)).toEqual({ state: 'taken' });
    expect(world.asked).toEqual([`take ${TOKEN}`, 'openWithPass hand-over 32 3 anna 2', 'begin']);
  });

  it('signs out whoever else is signed in here, before anything of the next one is there', async () => {
    world.signedIn = ['bert@x.test'];
    expect(await take(open)).toEqual({ state: 'taken' });
    expect(world.asked.slice(0, 3)).toEqual([`inspect ${TOKEN}`, 'sign out', `take ${TOKEN}`]);
  });

  it('signs nobody out where the link works no more, or the portal is not there', async () => {
    for (const failure of [refused('link-expired'), new Unreachable('no answer')]) {
      Object.assign(world, { asked: [], signedIn: ['bert@x.test'], refuse: failure });
      await take(open).catch(() => undefined);
      expect(world.asked).toEqual([`inspect ${TOKEN}`]);
      expect(world.signedIn).toEqual(['bert@x.test']);
    }
  });

  it('leaves no session where the vault does not open', async () => {
    world.opens = false;
    const failure = await take(open).catch((error: unknown) => error);
    expect(handOverProblem(failure)).toMatch(/could not be opened/);
    expect(world.asked.at(-1)).toBe('end anna');
  });
});

describe('who is signed in here', () => {
  it('is known by any address, for the first one may have changed', () => {
    expect(whoIsIn(open.shown)).toBe('nobody');
    world.signedIn = ['anna@new.test', 'ANNA@x.test'];
    expect(whoIsIn(open.shown)).toBe('same');
    world.signedIn = ['bert@x.test'];
    expect(whoIsIn(open.shown)).toBe('other');
    expect(session.phase.name).toBe('signed-in');
  });
});
