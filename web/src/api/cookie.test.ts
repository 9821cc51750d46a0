// A session in a cookie gets another secret when its password is given, here or in another window.
import { beforeEach, expect, it, vi } from 'vitest';

const shutOut = vi.fn();
let answers: Response[];
const asked: string[] = [];

// A browser knows what an address without an origin stands for.
const Plain = Request;
class Here extends Plain {
  constructor(input: string | Request, init?: RequestInit) {
    super(typeof input === 'string' ? new URL(input, 'https://post.clinic.example') : input, init);
  }
}
vi.stubGlobal('Request', Here);
vi.stubGlobal('fetch', async (request: Request) => {
  asked.push(`${request.method} ${await request.text()}`);
  return answers.shift();
});
const api = await import('./client');
api.whenShutOut(shutOut);

const refused = () => Response.json({ type: 'signed-out', status: 401, title: '' }, { status: 401 });

beforeEach(() => {
  asked.length = 0;
  shutOut.mockClear();
});

it('asks once more with the secret of now where the former one was on its way', async () => {
  answers = [refused(), Response.json({ id: 'x' }, { status: 201 })];
  await api.addClaim('anna@new.test');
  expect(asked).toEqual(Array(2).fill('POST {"address":"anna@new.test"}'));
  expect(shutOut).not.toHaveBeenCalled();
});

it('is over where the secret of now is not taken either', async () => {
  answers = [refused(), refused()];
  await expect(api.addClaim('anna@new.test')).rejects.toMatchObject({ problem: { type: 'signed-out' } });
  expect(asked).toHaveLength(2);
  expect(shutOut).toHaveBeenCalledExactlyOnceWith('signed-out');
});
