import { describe, expect, it } from 'vitest';
import { Refused, Unreachable, isPassing, isRefused, problemFrom } from './problem';

describe('problemFrom', () => {
  it('takes a problem document as it is', () => {
    const refused = new Refused(
      problemFrom(429, { type: 'too-many-attempts', status: 429, title: 'x', retry_after: 7 }),
    );
    expect(isRefused(refused, 'too-many-attempts')).toBe(true);
    expect(refused.retryAfter).toBe(7);
  });

  it('makes one of what a proxy says', () => {
    expect(problemFrom(502, '<html>').type).toBe('unavailable');
    expect(problemFrom(500, undefined).type).toBe('internal');
  });
});

describe('isPassing', () => {
  it('tells what may succeed later from what will not', () => {
    expect(isPassing(new Unreachable())).toBe(true);
    expect(isPassing(new Refused(problemFrom(503, undefined)))).toBe(true);
    expect(isPassing(new Refused({ type: 'recipients-changed', status: 409, title: '' }))).toBe(false);
    expect(isPassing(new Error('x'))).toBe(false);
  });
});
