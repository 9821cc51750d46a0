import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused } from '../../api/problem';
import { passwordQuestion, withPassword } from '../sign-in/password-question.svelte';
import { promote } from './promotion';

vi.hoisted(() => vi.stubGlobal('addEventListener', () => undefined));

const asked = vi.hoisted(() => [] as string[]);
/** Until the password is given. */
let refuses = false;

vi.mock('../../api/client', async (original) => ({
  ...(await original<object>()),
  promote: (address: string) => {
    asked.push(`promote ${address}`);
    return refuses ? Promise.reject(needed()) : Promise.resolve();
  },
  session: () => Promise.reject(new Error('not asked here')),
}));

const needed = () => new Refused({ type: 'password-needed', status: 403, title: 'Give your password again.' });

const started = () => promote('anna@new.test', true, () => undefined);

beforeEach(() => {
  asked.length = 0;
  refuses = false;
});

describe('the password for a promotion', () => {
  it('is not asked for where the portal takes the one that was given', async () => {
    await started();
    expect(passwordQuestion.isAsked).toBe(false);
    expect(asked).toEqual(['promote anna@new.test']);
  });

  it('is asked for in place where it was not given just now, and the promotion goes on by itself', async () => {
    refuses = true;
    const promoted = started();
    await vi.waitFor(() => expect(passwordQuestion.isAsked).toBe(true));
    refuses = false;
    passwordQuestion.answer(true);
    await promoted;
    expect(passwordQuestion.isAsked).toBe(false);
    expect(asked).toEqual(['promote anna@new.test', 'promote anna@new.test']);
  });

  it('is asked for once where two things wait for it', async () => {
    refuses = true;
    const both = [started(), withPassword(() => (refuses ? Promise.reject(needed()) : Promise.resolve()))];
    await vi.waitFor(() => expect(passwordQuestion.isAsked).toBe(true));
    await Promise.resolve();
    refuses = false;
    passwordQuestion.answer(true);
    await Promise.all(both);
  });

  it('leaves everything as it was where the question is closed', async () => {
    refuses = true;
    const promoted = started();
    await vi.waitFor(() => expect(passwordQuestion.isAsked).toBe(true));
    passwordQuestion.answer(false);
    await expect(promoted).rejects.toThrow('Give your password again.');
    expect(asked).toHaveLength(1);
  });
});
