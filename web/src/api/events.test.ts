import { describe, expect, it } from 'vitest';
import { FetchedEvents, takeEvents } from './events';

describe('takeEvents', () => {
  it('takes what is whole, and leaves what is not', () => {
    expect(takeEvents('event: change\ndata: 40\n\nevent: cha')).toEqual({
      events: [{ type: 'change', data: '40' }],
      rest: 'event: cha',
    });
    expect(takeEvents(': still here\n\ndata: a\r\ndata: b\r\n\r\n')).toEqual({
      events: [{ type: 'message', data: 'a\nb' }],
      rest: '',
    });
  });
});

/** Lets everything that waits for promises run. */
const settle = () => new Promise((resume) => setImmediate(resume));

function stream(get: (signal: AbortSignal) => Promise<Response>) {
  const heard: string[] = [];
  const events = new FetchedEvents(get);
  for (const type of ['open', 'change', 'error']) {
    events.addEventListener(type, ({ data }) => heard.push(`${type} ${data}`.trim()));
  }
  return { events, heard };
}

describe('FetchedEvents', () => {
  it('tells what arrives in pieces, and that it is over', async () => {
    const pieces = ['event: cha', 'nge\ndata: 4', '0\n\n'].map((piece) => new TextEncoder().encode(piece));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    });
    const { events, heard } = stream(() => Promise.resolve(new Response(body)));
    for (let turn = 0; turn < 10; turn += 1) await settle();
    expect(heard).toEqual(['open', 'change 40', 'error']);
    expect(events.readyState).toBe(2);
  });

  it('is over at once where it is refused', async () => {
    const { events, heard } = stream(() => Promise.reject(new Error('refused')));
    await settle();
    expect(heard).toEqual(['error']);
    expect(events.readyState).toBe(2);
  });

  it('says nothing more once it is closed', async () => {
    const { events, heard } = stream((signal) => {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    });
    events.close();
    await settle();
    expect(heard).toEqual([]);
  });
});
