import { describe, expect, it, vi } from 'vitest';
import type { Change, Changes } from '../../api/types';
import { ChangeFeed, POLL_MS, RECONNECT_MS, type EventStream, type FeedParts } from './change-feed';

class Stream implements EventStream {
  readyState = 1;
  closed = false;
  readonly listeners = new Map<string, (event: { data: string }) => void>();
  addEventListener(type: string, listener: (event: { data: string }) => void) {
    this.listeners.set(type, listener);
  }
  close() {
    this.closed = true;
    this.readyState = 2;
  }
  emit(type: string, data = '') {
    this.listeners.get(type)?.({ data });
  }
}

/** Lets everything that waits for promises run. */
const settle = () => new Promise((resume) => setImmediate(resume));

function feed(answers: (since: number) => Changes | Error) {
  const streams: Stream[] = [];
  const timers: { action: () => void; ms: number }[] = [];
  const applied: (Change[] | undefined)[] = [];
  const parts = {
    connect: () => {
      const stream = new Stream();
      streams.push(stream);
      return stream;
    },
    changes: vi.fn((since: number) => {
      const answer = answers(since);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }),
    apply: (changes: Change[] | undefined) => {
      applied.push(changes);
      return Promise.resolve();
    },
    connected: vi.fn(),
    isOver: (error: unknown) => error instanceof Error && error.message === 'over',
    later: (action: () => void, ms: number) => {
      timers.push({ action, ms });
      return () => undefined;
    },
  } satisfies FeedParts;
  const changeFeed = new ChangeFeed(parts);
  const fire = (ms: number) =>
    timers
      .filter((timer) => timer.ms === ms)
      .at(-1)
      ?.action();
  return { changeFeed, parts, streams, applied, fire, last: () => streams.at(-1) as Stream };
}

const delivery = (id: string): Change => ({ kind: 'delivery', id });

describe('ChangeFeed', () => {
  it('reads everything once, then asks from where the portal said it was', async () => {
    const { changeFeed, parts, applied, last } = feed((since) => ({
      changes: [delivery('a')],
      latest: since + 1,
      more: false,
    }));
    changeFeed.start();
    last().emit('open');
    last().emit('change', '40');
    await settle();
    expect(applied).toEqual([undefined]);
    last().emit('change', '41');
    await settle();
    expect(parts.changes).toHaveBeenCalledExactlyOnceWith(40);
    expect(applied).toEqual([undefined, [delivery('a')]]);
  });

  it('looks at everything where the feed went back, and goes on from there', async () => {
    let latest = 40;
    const { changeFeed, parts, applied, last } = feed(() => ({ changes: [], latest, more: false }));
    changeFeed.start();
    last().emit('change', '40');
    await settle();
    expect(applied).toEqual([undefined]);
    // The database is restored to an earlier day, on which mail arrives.
    latest = 12;
    last().emit('change', '12');
    await settle();
    expect(parts.changes).toHaveBeenCalledExactlyOnceWith(40);
    expect(applied).toEqual([undefined, undefined]);
    latest = 13;
    last().emit('change', '13');
    await settle();
    expect(parts.changes).toHaveBeenLastCalledWith(12);
    expect(applied).toEqual([undefined, undefined, []]);
  });

  it('takes a number that comes late for no more than that', async () => {
    const { changeFeed, applied, last } = feed(() => ({ changes: [delivery('a')], latest: 41, more: false }));
    changeFeed.start();
    last().emit('change', '40');
    await settle();
    last().emit('change', '41');
    await settle();
    last().emit('change', '40');
    await settle();
    expect(applied).toEqual([undefined, [delivery('a')], [delivery('a')]]);
  });

  it('goes on while there is more', async () => {
    const { changeFeed, parts, last } = feed((since) => ({ changes: [], latest: since + 500, more: since < 1000 }));
    changeFeed.start();
    last().emit('change', '0');
    await settle();
    last().emit('change', '1500');
    await settle();
    expect(parts.changes.mock.calls.map(([since]) => since)).toEqual([0, 500, 1000]);
  });

  it('does not ask for what it has seen', async () => {
    const { changeFeed, parts, last } = feed(() => ({ changes: [], latest: 5, more: false }));
    changeFeed.start();
    last().emit('change', '5');
    await settle();
    last().emit('change', '5');
    await settle();
    expect(parts.changes).not.toHaveBeenCalled();
  });

  it('looks by itself while there is no stream, and loses nothing by that', async () => {
    const { changeFeed, parts, last, fire } = feed(() => ({ changes: [delivery('b')], latest: 6, more: false }));
    changeFeed.start();
    last().emit('change', '5');
    await settle();
    fire(POLL_MS);
    await settle();
    expect(parts.changes).not.toHaveBeenCalled();
    last().readyState = 0;
    last().emit('error');
    expect(parts.connected).toHaveBeenLastCalledWith(false);
    fire(POLL_MS);
    await settle();
    expect(parts.changes).toHaveBeenCalledExactlyOnceWith(5);
  });

  it('asks at once, and once, why a stream broke off: the session may be over', async () => {
    let over = false;
    const { changeFeed, parts, last } = feed(() =>
      over ? new Error('over') : { changes: [], latest: 1, more: false },
    );
    changeFeed.start();
    last().emit('open');
    last().emit('change', '1');
    await settle();
    over = true;
    last().readyState = 0;
    last().emit('error');
    last().emit('error');
    await settle();
    expect(parts.changes).toHaveBeenCalledOnce();
    expect(last().closed).toBe(true);
  });

  it('opens the stream again where the portal ended it', () => {
    const { changeFeed, streams, last, fire } = feed(() => ({ changes: [], latest: 0, more: false }));
    changeFeed.start();
    last().readyState = 2;
    last().emit('error');
    fire(RECONNECT_MS);
    expect(streams).toHaveLength(2);
  });

  it('asks again for what could not be fetched', async () => {
    let broken = true;
    const { changeFeed, parts, applied, last } = feed(() =>
      broken ? new Error('no network') : { changes: [delivery('c')], latest: 9, more: false },
    );
    changeFeed.start();
    last().emit('change', '8');
    await settle();
    last().emit('change', '9');
    await settle();
    expect(parts.connected).toHaveBeenLastCalledWith(false);
    broken = false;
    await changeFeed.look();
    expect(applied.at(-1)).toEqual([delivery('c')]);
  });

  it('stops when the session is over', async () => {
    const { changeFeed, last } = feed(() => new Error('over'));
    changeFeed.start();
    last().emit('change', '1');
    await settle();
    last().emit('change', '2');
    await settle();
    expect(last().closed).toBe(true);
  });
});
