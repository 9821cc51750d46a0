import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused, problemFrom } from '../../api/problem';
import { askProblem, inspect, redeem, takeArrived } from './device-link';

const FRAGMENT = 'A'.repeat(43);
const TOKEN = `${FRAGMENT}=`;

/** A portal that has one link. */
const portal = vi.hoisted(() => ({ problem: undefined as string | undefined, redeemed: 0 }));

function refuse(): void {
  if (portal.problem) throw new Refused(problemFrom(410, { type: portal.problem, status: 410, title: '' }));
}

vi.mock('../../api/client', () => ({
  inspectDeviceLink: async () => {
    await Promise.resolve();
    refuse();
    return { address: 'anna@x.test', expires_at: 9000 };
  },
  redeemDeviceLink: async () => {
    await Promise.resolve();
    refuse();
    portal.redeemed += 1;
    return { address: 'anna@x.test' };
  },
}));

beforeEach(() => Object.assign(portal, { problem: undefined, redeemed: 0 }));

describe('a link that makes a browser known', () => {
  it('changes nothing until it is told to, and then the sign-in begins with its address, once', async () => {
    expect(await inspect(FRAGMENT)).toMatchObject({ state: 'open', token: TOKEN, shown: { address: 'anna@x.test' } });
    expect(portal.redeemed).toBe(0);
    expect(takeArrived()).toBeUndefined();
    expect(await redeem(TOKEN)).toEqual({ state: 'known', address: 'anna@x.test' });
    expect(portal.redeemed).toBe(1);
    expect(takeArrived()).toBe('anna@x.test');
    expect(takeArrived()).toBeUndefined();
  });

  it('says why it does nothing, before and after the button', async () => {
    for (const ending of ['link-unknown', 'link-expired', 'link-replaced']) {
      portal.problem = ending;
      expect(await inspect(FRAGMENT)).toEqual({ state: 'ended', ending });
      expect(await redeem(TOKEN)).toEqual({ state: 'ended', ending });
    }
    expect(takeArrived()).toBeUndefined();
  });

  it('is nothing without the whole link', async () => {
    for (const part of ['', 'A', FRAGMENT.slice(1), `${FRAGMENT}AA`]) {
      expect(await inspect(part)).toEqual({ state: 'ended', ending: 'link-unknown' });
    }
  });

  it('fails for what is no end of the link, so that it can be tried again', async () => {
    portal.problem = 'unavailable';
    await expect(inspect(FRAGMENT)).rejects.toBeInstanceOf(Refused);
    await expect(redeem(TOKEN)).rejects.toBeInstanceOf(Refused);
  });
});

describe('asking for a link', () => {
  it('says how long a connection waits that asked too often', () => {
    const slowed = problemFrom(429, { type: 'too-many-requests', status: 429, title: '', retry_after: 300 });
    expect(askProblem(new Refused(slowed))).toContain('5 minutes');
  });
});
