import { beforeEach, describe, expect, it } from 'vitest';
import { GOOD_MS, HandOverLink, RENEW_MS, RETRY_MS } from './hand-over.svelte';

let now: number;
let timers: { at: number; action: () => void }[];
let prepared: number;
let failing: boolean;
let waiting: (() => void)[];

const settle = () => new Promise((resume) => setImmediate(resume));

/** Lets that much time pass. */
async function pass(ms: number) {
  now += ms;
  const due = timers.filter(({ at }) => at <= now);
  timers = timers.filter(({ at }) => at > now);
  for (const { action } of due) action();
  await settle();
}

const link = (slow = false) =>
  new HandOverLink({
    async prepare() {
      if (failing) throw new Error('no answer');
      const href = `link ${++prepared}`;
      if (slow) await new Promise<void>((resume) => waiting.push(resume));
      return href;
    },
    now: () => now,
    later: (action, ms) => {
      const timer = { at: now + ms, action };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each !== timer));
    },
  });

beforeEach(() => {
  now = 1000;
  timers = [];
  prepared = 0;
  failing = false;
  waiting = [];
});

describe('HandOverLink', () => {
  it('has a link ready, and another before that one expires', async () => {
    const it = link();
    it.start();
    await settle();
    expect(it.href).toBe('link 1');
    await pass(RENEW_MS - 1);
    expect(it.href).toBe('link 1');
    await pass(1);
    expect(it.href).toBe('link 2');
    await pass(RENEW_MS);
    expect(it.href).toBe('link 3');
    // The portal's own are good for two minutes.
    expect(RENEW_MS).toBeLessThan(GOOD_MS);
    expect(GOOD_MS).toBeLessThan(120_000);
  });

  it('makes another when it was followed, and counts anew from then', async () => {
    const it = link();
    it.start();
    await settle();
    await pass(RENEW_MS / 2);
    await it.renew();
    expect(it.href).toBe('link 2');
    await pass(RENEW_MS - 1);
    expect(it.href).toBe('link 2');
    expect(timers).toHaveLength(1);
  });

  it('keeps a link that is good still where no other can be had, tries again, and lets it go in time', async () => {
    const it = link();
    it.start();
    await settle();
    failing = true;
    await pass(RENEW_MS);
    expect(it.href).toBe('link 1');
    expect(it.problem).toBeInstanceOf(Error);
    await pass(RETRY_MS);
    await pass(RETRY_MS);
    expect(it.href).toBe('');
    failing = false;
    await pass(RETRY_MS);
    expect(it.href).toBe('link 2');
    expect(it.problem).toBeUndefined();
  });

  it('knows that it slept through its time', async () => {
    const it = link();
    it.start();
    await settle();
    expect(it.isGood()).toBe(true);
    now += GOOD_MS;
    expect(it.isGood()).toBe(false);
    it.seen();
    await settle();
    expect(it.href).toBe('link 2');
  });

  it('counts from when it was asked for, and takes the newest answer alone', async () => {
    const it = link(true);
    it.start();
    void it.renew();
    now += 5000;
    waiting[1]?.();
    await settle();
    waiting[0]?.();
    await settle();
    expect(it.href).toBe('link 2');
    now += GOOD_MS - 5000;
    expect(it.isGood()).toBe(false);
  });

  it('holds nothing ready once it is no more shown', async () => {
    const it = link();
    it.start();
    await settle();
    it.stop();
    expect(it.href).toBe('');
    await pass(10 * RENEW_MS);
    expect(prepared).toBe(1);
  });
});
