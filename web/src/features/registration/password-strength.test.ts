import { describe, expect, it } from 'vitest';
import { isAcceptable, strengthOf } from './password-strength';

const name = (password: string) => strengthOf(password, 'anna.smith@example.test').name;

describe('strengthOf', () => {
  it('goes by length', () => {
    expect(strengthOf('short', '')).toEqual({ name: 'short', missing: 7 });
    expect(name('k7-table-moo')).toBe('fair');
    expect(name('lamp orbit sleds')).toBe('good');
    expect(name('lamp orbit sled quartz')).toBe('strong');
  });

  it('counts characters, not code units', () => {
    expect(strengthOf('😀😀😀', '')).toEqual({ name: 'short', missing: 9 });
  });

  it('refuses what is guessed first', () => {
    for (const password of ['aaaaaaaaaaaaaaa', '1234567890123', 'abcdefghijklmnop', 'anna.smith123', 'abababababab']) {
      expect(isAcceptable(strengthOf(password, 'anna.smith@example.test')), password).toBe(false);
    }
  });
});
