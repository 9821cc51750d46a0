import { describe, expect, it } from 'vitest';
import { fromBase64, fromBase64Url, toBase64, uuidv7 } from './bytes';

describe('base64', () => {
  it('comes back as it went, at any length', () => {
    for (const length of [0, 1, 2, 3, 0x8000, 0x8001, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) % 256);
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }
  });

  it('reads the token of a link', () => {
    expect(fromBase64Url('-_8')).toEqual(new Uint8Array([0xfb, 0xff]));
    expect(fromBase64Url('a+b')).toBeUndefined();
    expect(fromBase64Url('a')).toBeUndefined();
  });
});

describe('uuidv7', () => {
  it('has time, version and variant where RFC 9562 puts them', () => {
    const id = uuidv7(0x0190_a1b2_c3d4, new Uint8Array(10).fill(0xff));
    expect(id).toBe('0190a1b2-c3d4-7fff-bfff-ffffffffffff');
    expect(uuidv7(0x0190_a1b2_c3d5, new Uint8Array(10)) > id).toBe(true);
  });
});
