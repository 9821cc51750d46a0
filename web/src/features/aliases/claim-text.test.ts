import { describe, expect, it } from 'vitest';
import type { Claim } from '../../api/types';
import { expiryText, isExpired, mailText, nextExpiry } from './claim-text';

const claim = (more: Partial<Claim> = {}): Claim => ({
  id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
  address: 'anna@new.example',
  number: '4821',
  by_administrator: false,
  created_at: 0,
  expires_at: 1000,
  mail: { state: 'waiting', attempts: 0 },
  ...more,
});

describe('a pending claim', () => {
  it('says until when its link works, and then that it does not', () => {
    expect(isExpired(claim(), 999)).toBe(false);
    expect(isExpired(claim(), 1000)).toBe(true);
    expect(expiryText(claim(), 999)).toMatch(/^Link works until /);
    expect(expiryText(claim(), 1000)).toMatch(/^Expired .*Resend/);
  });

  it('says how its mail fares', () => {
    expect(mailText(claim())).toBe('Message waits to go out');
    expect(mailText(claim({ mail: { state: 'waiting', attempts: 2 } }))).toBe('Message waits; tried 2 times');
    expect(mailText(claim({ mail: { state: 'sent', at: 0 } }))).toMatch(/^Message sent /);
    expect(mailText(claim({ mail: { state: 'failed', at: 0, refused: true } }))).toMatch(/refused by its mail system/);
    expect(mailText(claim({ mail: { state: 'failed', at: 0, refused: false } }))).toMatch(/could not be sent/);
  });

  it('is looked at again when the next one expires', () => {
    expect(nextExpiry([], 0)).toBeUndefined();
    expect(nextExpiry([claim({ expires_at: 5 }), claim({ expires_at: 3 }), claim({ expires_at: 1 })], 2)).toBe(3);
    expect(nextExpiry([claim({ expires_at: 5 })], 5)).toBeUndefined();
  });
});
