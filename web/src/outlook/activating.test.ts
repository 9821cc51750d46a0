import { describe, expect, it } from 'vitest';
import { Refused, Unreachable, problemFrom } from '../api/problem';
import type { Activation } from '../api/types';
import { t } from '../text';
import { VaultError } from '../vault/client';
import { OtherAccount, activate, block, remove, removeAndActivate, type Parts } from './activating';
import { PORTAL, keptOf } from './fakes';
import type { Kept } from './activations';

const refused = (type: string, status = 403) => new Refused(problemFrom(status, { type }));
const PROOF = { address: 'anna@old.example', password: 'herons' };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A portal with one account, whose Master has changed since `before` was activated. */
function world(before: Kept | null = keptOf('Anna', 'anna@old.example')) {
  const log: string[] = [];
  /** What the portal has, by the secret that it goes with. */
  const portal = new Map<string, string>();
  const kept = new Map<string, Kept>();
  if (before) {
    portal.set(text(before.secret), before.id);
    kept.set(before.id, before);
  }
  /** What a call fails with: before it does anything, or after it did it. */
  const failures: Partial<Record<'activate' | 'remove' | 'begin' | 'prove', { error: Error; done?: boolean }[]>> = {};
  const call = async <T>(name: keyof typeof failures, does: () => T): Promise<T> => {
    const failure = failures[name]?.shift();
    if (failure && !failure.done) throw failure.error;
    const answer = does();
    if (failure) throw failure.error;
    return Promise.resolve(answer);
  };
  let made = 0;
  const activation = (id: string): Activation => ({
    id,
    program: 'outlook',
    version: '0.1.0',
    device: 'Outlook',
    address: 'anna@new.example',
    state: 'active',
    created_at: 0,
    last_used_at: 0,
    current: true,
  });
  const drop = (id: string) =>
    call('remove', () => {
      log.push(`remove ${id}`);
      for (const [secret, each] of portal) if (each === id) portal.delete(secret);
    });
  const parts: Parts = {
    portal: PORTAL,
    inPerson: async (address, password, work) => {
      await call('prove', () => log.push(`prove ${address} ${password}`));
      try {
        return await work({
          account: {
            id: 'account of Anna',
            name: 'Anna',
            addresses: ['anna@new.example', 'anna@old.example'],
          },
          makePass: () => {
            const secret = new TextEncoder().encode(`new secret ${++made}`);
            return Promise.resolve({ secret, token: secret, wrapped: new Uint8Array() });
          },
          activate: ({ secret }) =>
            call('activate', () => {
              // The same pass makes the same activation.
              const id = portal.get(text(secret)) ?? `new ${portal.size + 1}`;
              log.push('activate');
              portal.set(text(secret), id);
              return activation(id);
            }),
          remove: drop,
          setBlocked: (id, to) => Promise.resolve(void log.push(`${to ? 'block' : 'unblock'} ${id}`)),
        });
      } finally {
        log.push('end');
      }
    },
    byItself: async (secret, work) => {
      const id = await call('begin', () => portal.get(text(secret)));
      if (id === undefined) throw refused('activation-unknown', 401);
      return work({
        all: () => Promise.resolve([activation(id)]),
        remove: drop,
        setBlocked: (each, to) => Promise.resolve(void log.push(`${to ? 'block' : 'unblock'} ${each} itself`)),
      });
    },
    put(one) {
      log.push(`keep ${one.id}`);
      for (const [id, each] of kept) if (each.account === one.account) kept.delete(id);
      kept.set(one.id, one);
    },
    forget(id) {
      log.push(`forget ${id}`);
      kept.delete(id);
    },
  };
  /** Whether each secret that is kept opens something. */
  const sound = () => [...kept.values()].every(({ id, secret }) => portal.get(text(secret)) === id);
  return { before, parts, log, failures, kept, portal, sound };
}

const lost = { error: new Unreachable(), done: true };

describe('activate', () => {
  it('keeps what was activated under the Master, and ends the session by the password', async () => {
    const { parts, log, kept, sound } = world(null);
    const made = await activate(parts, 'anna@old.example', 'herons', []);
    expect(made).toMatchObject({
      portal: PORTAL,
      account: 'account of Anna',
      address: 'anna@new.example',
      name: 'Anna',
      addresses: ['anna@new.example', 'anna@old.example'],
    });
    expect(log).toEqual(['prove anna@old.example herons', 'activate', `keep ${made.id}`, 'end']);
    expect(JSON.stringify([...kept.values()])).not.toContain('herons');
    expect(sound()).toBe(true);
  });

  it('lets another of the same account give way', async () => {
    const { parts, before, kept, portal, sound } = world();
    await activate(parts, 'anna@new.example', 'herons', before ? [before] : []);
    expect(kept.size).toBe(1);
    expect(portal.size).toBe(1);
    expect(sound()).toBe(true);
  });

  it('keeps nothing where the password or the portal refuses', async () => {
    for (const name of ['prove', 'activate'] as const) {
      const { parts, failures, kept, log } = world(null);
      failures[name] = [{ error: refused('activation-blocked') }];
      await expect(activate(parts, 'anna@old.example', 'herons', [])).rejects.toBeInstanceOf(Refused);
      expect(kept.size).toBe(0);
      if (name === 'activate') expect(log.at(-1)).toBe('end');
    }
  });

  it('keeps what the portal made although its answer was lost', async () => {
    const { parts, failures, kept, sound } = world(null);
    failures.activate = [lost];
    await activate(parts, 'anna@old.example', 'herons', []);
    expect(kept.size).toBe(1);
    expect(sound()).toBe(true);
  });

  it('keeps nothing where the portal was never reached', async () => {
    const { parts, failures, kept } = world(null);
    failures.activate = [{ error: new Unreachable() }, { error: new Unreachable() }];
    await expect(activate(parts, 'anna@old.example', 'herons', [])).rejects.toBeInstanceOf(Unreachable);
    expect(kept.size).toBe(0);
  });
});

describe('removeAndActivate', () => {
  const again = (given: ReturnType<typeof world>) =>
    removeAndActivate(given.parts, given.before as Kept, 'anna@new.example', 'herons');

  it('does both with one password, the new one first', async () => {
    const given = world();
    const made = await again(given);
    expect(given.log).toEqual([
      'prove anna@new.example herons',
      'activate',
      `keep ${made.id}`,
      `remove ${given.before?.id}`,
      'end',
    ]);
    expect([...given.kept.keys()]).toEqual([made.id]);
    expect(given.portal.size).toBe(1);
  });

  it('leaves the old one where it breaks off before the new one is there', async () => {
    for (const [name, error] of [
      ['prove', new VaultError('wrong-password', '')],
      ['prove', new Unreachable()],
      ['activate', refused('activation-blocked')],
      ['activate', new Unreachable()],
    ] as const) {
      const given = world();
      given.failures[name] = [{ error }, { error }];
      await expect(again(given)).rejects.toBe(error);
      expect([...given.kept.keys()]).toEqual([given.before?.id]);
      expect(given.sound()).toBe(true);
    }
  });

  it('leaves the new one where it breaks off after that', async () => {
    for (const failure of [{ error: new Unreachable() }, lost, { error: refused('not-found', 404) }]) {
      const given = world();
      given.failures.remove = [failure];
      const made = await again(given);
      expect([...given.kept.keys()]).toEqual([made.id]);
      expect(given.sound()).toBe(true);
    }
  });

  it('leaves the old one or the new where an answer is lost, and never a secret that opens nothing', async () => {
    const given = world();
    given.failures.activate = [lost];
    const made = await again(given);
    expect([...given.kept.keys()]).toEqual([made.id]);
    expect(given.sound()).toBe(true);

    const cut = world();
    cut.failures.activate = [lost, lost];
    await expect(again(cut)).rejects.toBeInstanceOf(Unreachable);
    expect([...cut.kept.keys()]).toEqual([cut.before?.id]);
    expect(cut.sound()).toBe(true);
  });

  it('makes room for itself where the account has as many as it may', async () => {
    const given = world();
    given.failures.activate = [{ error: refused('too-many-activations', 409) }];
    const made = await again(given);
    expect([...given.kept.keys()]).toEqual([made.id]);
    expect(given.log.filter((each) => each !== 'end')).toEqual([
      'prove anna@new.example herons',
      `remove ${given.before?.id}`,
      `forget ${given.before?.id}`,
      'activate',
      `keep ${made.id}`,
      `remove ${given.before?.id}`,
    ]);
  });

  it('changes nothing where the password is of another account', async () => {
    const given = world({ ...keptOf('Anna', 'anna@old.example'), account: 'another' });
    await expect(again(given)).rejects.toBeInstanceOf(OtherAccount);
    expect([...given.kept.keys()]).toEqual([given.before?.id]);
    expect(given.log).toEqual(['prove anna@new.example herons', 'end']);
  });
});

describe('remove', () => {
  const anna = keptOf('Anna', 'anna@old.example');

  it('removes it by a session of its own', async () => {
    const { parts, log, kept, portal } = world(anna);
    expect(await remove(parts, anna, undefined, undefined)).toBe('removed');
    expect(log).toEqual([`remove ${anna.id}`, `forget ${anna.id}`]);
    expect([kept.size, portal.size]).toEqual([0, 0]);
  });

  it('removes it with the password where it can do nothing itself', async () => {
    for (const standing of ['needs-reactivation', 'blocked', 'program-outdated'] as const) {
      const { parts, log, kept, portal } = world(anna);
      expect(await remove(parts, anna, standing, PROOF)).toBe('removed');
      expect(log).toEqual(['prove anna@old.example herons', `remove ${anna.id}`, 'end', `forget ${anna.id}`]);
      expect([kept.size, portal.size]).toEqual([0, 0]);
    }
  });

  it('forgets the secret whatever the portal answers', async () => {
    for (const error of [
      new Unreachable(),
      refused('activation-blocked'),
      refused('account-disabled'),
      refused('internal', 500),
    ]) {
      const own = world(anna);
      own.failures.remove = [{ error }];
      expect(await remove(own.parts, anna, undefined, undefined)).toBe('forgotten');
      expect(own.kept.size).toBe(0);

      const withPassword = world(anna);
      withPassword.failures.remove = [{ error }];
      expect(await remove(withPassword.parts, anna, 'blocked', PROOF)).toBe('forgotten');
      expect(withPassword.kept.size).toBe(0);
    }
  });

  it('forgets it where nobody can remove it at the portal, or no password is given', async () => {
    for (const standing of ['blocked-by-portal', 'account-disabled', 'unknown'] as const) {
      const { parts, log } = world(anna);
      expect(await remove(parts, anna, standing, undefined)).toBe('forgotten');
      expect(log).toEqual([`forget ${anna.id}`]);
    }
    const { parts, log } = world(anna);
    expect(await remove(parts, anna, 'needs-reactivation', undefined)).toBe('forgotten');
    expect(log).toEqual([`forget ${anna.id}`]);
  });

  it('says where to end what the portal was not told of', () => {
    const said = t('pane.remove.forgotten', { address: anna.address });
    expect(said).toContain('may still be active');
    expect(said).toContain(`${t('nav.account')} > ${t('nav.activations')}`);
  });

  it('counts one that is gone already as removed', async () => {
    const gone = world(anna);
    gone.portal.clear();
    expect(await remove(gone.parts, anna, undefined, undefined)).toBe('removed');
    expect(gone.kept.size).toBe(0);
  });

  it('removes nothing with the password of another account', async () => {
    const other = { ...anna, account: 'another' };
    const { parts, kept } = world(other);
    await expect(remove(parts, other, 'blocked', PROOF)).rejects.toBeInstanceOf(OtherAccount);
    expect(kept.size).toBe(1);
  });

  it('lets a wrong password be given again', async () => {
    for (const error of [
      new VaultError('wrong-password', ''),
      refused('wrong-credentials', 401),
      refused('too-many-attempts', 429),
    ]) {
      const { parts, failures, kept } = world(anna);
      failures.prove = [{ error }];
      await expect(remove(parts, anna, 'needs-reactivation', PROOF)).rejects.toBe(error);
      expect(kept.size).toBe(1);
    }
  });
});

describe('block', () => {
  it('needs no password, and forgets nothing', async () => {
    const anna = keptOf('Anna', 'anna@old.example');
    const { parts, log, kept } = world(anna);
    await block(parts, anna);
    expect(log).toEqual([`block ${anna.id} itself`]);
    expect(kept.size).toBe(1);
  });
});
