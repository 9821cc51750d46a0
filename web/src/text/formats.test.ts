import { describe, expect, it } from 'vitest';
import { fingerprintGroups, personName, shortTime, sizeText, waitText } from './formats';

describe('sizeText', () => {
  it('says sizes as people do', () => {
    const sizes = [0, 1, 999, 1000, 1500, 999_600, 20_000_000, 104_857_600, 5_000_000_000].map(sizeText);
    expect(sizes).toEqual(['0 bytes', '1 byte', '999 bytes', '1 kB', '1.5 kB', '1 MB', '20 MB', '105 MB', '5 GB']);
  });
});

describe('shortTime', () => {
  const now = new Date(2026, 10, 23, 12).getTime();

  it('is the shorter, the nearer', () => {
    expect(shortTime(new Date(2026, 10, 23, 7, 5).getTime(), now)).toBe('07:05');
    expect(shortTime(new Date(2026, 10, 22, 23).getTime(), now)).toBe('Sun');
    expect(shortTime(new Date(2026, 2, 1).getTime(), now)).toBe('Mar 1');
    expect(shortTime(new Date(2025, 2, 1).getTime(), now)).toBe('Mar 1, 2025');
  });
});

describe('waitText', () => {
  it('never says too little', () => {
    const waits = [1, 60, 89.2, 90, 3600, 5400, 80_000].map(waitText);
    expect(waits).toEqual(['1 second', '60 seconds', '90 seconds', '2 minutes', '60 minutes', '2 hours', '23 hours']);
  });
});

describe('people and keys', () => {
  it('are shown to be compared', () => {
    expect(fingerprintGroups('0011aabb')).toEqual(['0011', 'AABB']);
    expect(personName({ name: ' ', address: 'a@x.test' })).toBe('a@x.test');
  });
});
