// What ends the session that goes on, and what does not.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { carry, carryByBearer } from './carrier';

const shutOut = vi.fn();
/** The answers that are still to come, in the order they were asked for. */
let answers: ((response: Response) => void)[];

// A browser knows what an address without an origin stands for.
const Plain = Request;
class Here extends Plain {
  constructor(input: string | Request, init?: RequestInit) {
    super(typeof input === 'string' ? new URL(input, 'https://post.clinic.example') : input, init);
  }
}
vi.stubGlobal('Request', Here);
vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => answers.push(resolve)));
const api = await import('./client');
api.whenShutOut(shutOut);
carryByBearer();

const settle = () => new Promise((resume) => setImmediate(resume));
const bearer = (secret: string) => ({ secret, renew: () => Promise.resolve(undefined) });
const refused = (type: string, status: number) => Response.json({ type, status, title: '' }, { status });

beforeEach(() => {
  answers = [];
  shutOut.mockClear();
});
afterEach(() => carry(undefined));

describe.each([
  ['signed-out', 401],
  ['account-disabled', 403],
] as const)('an answer that says %s', (type, status) => {
  const calls = { request: () => api.session(), stream: () => api.events(new AbortController().signal) };

  it.each(['request', 'stream'] as const)('shuts out where it is of the session that goes on: %s', async (call) => {
    carry(bearer('a'));
    const asked = expect(calls[call]()).rejects.toMatchObject({ problem: { type } });
    await settle();
    answers[0]?.(refused(type, status));
    await asked;
    expect(shutOut).toHaveBeenCalledExactlyOnceWith(type);
  });

  it.each(['request', 'stream'] as const)('leaves the next account’s session be where it is late: %s', async (call) => {
    carry(bearer('a'));
    const asked = expect(calls[call]()).rejects.toMatchObject({ problem: { type } });
    await settle();
    carry(bearer('other'));
    answers[0]?.(refused(type, status));
    await asked;
    expect(shutOut).not.toHaveBeenCalled();
  });
});
