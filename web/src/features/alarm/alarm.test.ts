import { beforeEach, describe, expect, it, vi } from 'vitest';
import { inspect, raise } from './alarm';

const FRAGMENT = 'A'.repeat(43);
const TOKEN = `${FRAGMENT}=`;

/** A portal that has one notice's link. */
const portal = vi.hoisted(() => ({ raisedAt: null as number | null, raised: 0 }));

vi.mock('../../api/client', () => ({
  inspectAlarm: () => Promise.resolve({ address: 'anna@x.test', expires_at: 9000, raised_at: portal.raisedAt }),
  raiseAlarm: () => {
    portal.raised += 1;
    return Promise.resolve();
  },
}));
vi.mock('../../session/session.svelte', () => ({ session: { phase: { name: 'signed-out' } } }));

beforeEach(() => Object.assign(portal, { raisedAt: null, raised: 0 }));

describe('the alarm', () => {
  it('is raised where nobody raised it', async () => {
    expect(await inspect(FRAGMENT)).toMatchObject({ state: 'open', token: TOKEN });
    expect(await raise(TOKEN)).toMatchObject({ state: 'raised' });
    expect(portal.raised).toBe(1);
  });

  it('says when it was raised before, to whoever comes again and whoever had the page open', async () => {
    portal.raisedAt = 1000;
    const before = { state: 'raised-before', at: 1000 };
    expect(await inspect(FRAGMENT)).toMatchObject(before);
    expect(await raise(TOKEN)).toMatchObject(before);
    expect(portal.raised).toBe(0);
  });

  it('is nothing without the whole link', async () => {
    expect(await inspect('A')).toEqual({ state: 'ended', ending: 'link-unknown' });
  });
});
