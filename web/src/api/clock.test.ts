import { beforeEach, describe, expect, it } from 'vitest';
import { ClockOff, hearTime, sealingTime } from './clock';

const HOUR = 3_600_000;
const NOON = Date.parse('Mon, 24 Nov 2025 12:00:00 GMT');
const heard = (here: number) => hearTime('Mon, 24 Nov 2025 12:00:00 GMT', here);

beforeEach(() => heard(NOON));

describe('the time that is sealed with', () => {
  it("is this device's, which the portal never sets", () => {
    heard(NOON + 3 * HOUR);
    expect(sealingTime(NOON + 3 * HOUR)).toBe(NOON + 3 * HOUR);
  });

  it('is none where the clocks are too far apart, ahead or behind', () => {
    for (const days of [-3, 3]) {
      const here = NOON + days * 24 * HOUR;
      heard(here);
      expect(() => sealingTime(here)).toThrow(ClockOff);
      heard(NOON);
    }
  });

  it('is there again once the clock is set right', () => {
    heard(NOON - 72 * HOUR);
    expect(() => sealingTime(NOON)).toThrow(ClockOff);
    heard(NOON);
    expect(sealingTime(NOON)).toBe(NOON);
  });

  it('does not hang on an answer without a date', () => {
    hearTime(null, NOON + 72 * HOUR);
    hearTime('soon', NOON + 72 * HOUR);
    expect(sealingTime(NOON)).toBe(NOON);
  });
});
