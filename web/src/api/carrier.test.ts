import { afterEach, describe, expect, it, vi } from 'vitest';
import { carry, carried, inSession, isOfNow, type Bearer } from './carrier';

/** A portal that knows some secrets, and tells which ones it was asked with. */
function portal(good: string[]) {
  const asked: (string | undefined)[] = [];
  const ask = (secret: string | undefined) => {
    asked.push(secret);
    return Promise.resolve({ says: secret !== undefined && good.includes(secret) ? 'yes' : 'signed-out' });
  };
  const answer = () => inSession(ask, ({ says }) => Promise.resolve(says === 'signed-out'));
  return { asked, answer, call: async () => (await answer()).says };
}

const bearer = (secret: string, ...next: (string | undefined)[]): Bearer & { renew: ReturnType<typeof vi.fn> } => ({
  secret,
  renew: vi.fn(() => Promise.resolve(next.shift())),
});

afterEach(() => carry(undefined));

describe('inSession', () => {
  it('asks with the secret that is carried', async () => {
    const { asked, call } = portal(['a']);
    carry(bearer('a'));
    expect(await call()).toBe('yes');
    expect(asked).toEqual(['a']);
  });

  it('begins a session anew that has ended, and asks again with its secret', async () => {
    const { asked, call } = portal(['b']);
    carry(bearer('a', 'b'));
    expect(await call()).toBe('yes');
    expect(asked).toEqual(['a', 'b']);
    expect(carried()).toBe('b');
  });

  it('gives up where the session that was begun anew is refused too', async () => {
    const { asked, call } = portal([]);
    const one = bearer('a', 'b', 'c');
    carry(one);
    expect(await call()).toBe('signed-out');
    expect(asked).toEqual(['a', 'b']);
    expect(one.renew).toHaveBeenCalledOnce();
  });

  it('gives up where no session can be begun', async () => {
    const { asked, call } = portal(['b']);
    carry({ secret: 'a', renew: () => Promise.reject(new Error('no answer')) });
    expect(await call()).toBe('signed-out');
    expect(asked).toEqual(['a']);
  });

  it('begins it anew once for all that find it ended', async () => {
    const { call } = portal(['b']);
    const one = bearer('a', 'b', 'c');
    carry(one);
    expect(await Promise.all([call(), call(), call()])).toEqual(['yes', 'yes', 'yes']);
    expect(one.renew).toHaveBeenCalledOnce();
  });

  it('asks nothing again in the name of another account that came into use meanwhile', async () => {
    const { asked, call } = portal(['other']);
    carry({
      secret: 'a',
      renew: () => {
        carry(bearer('other'));
        return Promise.resolve('b');
      },
    });
    expect(await call()).toBe('signed-out');
    expect(asked).toEqual(['a']);
  });

  it('asks once without a secret', async () => {
    const { asked, call } = portal([]);
    expect(await call()).toBe('signed-out');
    expect(asked).toEqual([undefined]);
  });
});

describe('isOfNow', () => {
  it('is so while the secret that was asked with is carried', async () => {
    carry(bearer('a'));
    const late = await portal(['a']).answer();
    expect(isOfNow(late)).toBe(true);
    carry(bearer('other'));
    expect(isOfNow(late)).toBe(false);
    carry(undefined);
    expect(isOfNow(late)).toBe(false);
  });

  it('goes by the secret that was asked with last', async () => {
    carry(bearer('a', 'b'));
    expect(isOfNow(await portal(['b']).answer())).toBe(true);
  });

  it('is so of whatever was asked by cookie', () => {
    carry(bearer('a'));
    expect(isOfNow({})).toBe(true);
  });
});
