import { describe, expect, it } from 'vitest';
import { storageHere, type Keeping } from './storage';

const works = (): Keeping => ({ getItem: () => 'kept', setItem: () => undefined, removeItem: () => undefined });

describe('storageHere', () => {
  it('is the browser’s where that can be used', () => {
    const { storage, lasts } = storageHere(works);
    expect(lasts).toBe(true);
    expect(storage.getItem('any')).toBe('kept');
  });

  it('lives as long as the pane where the browser denies its own', () => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    for (const ask of [denied, () => ({ ...works(), getItem: denied })]) {
      const { storage, lasts } = storageHere(ask);
      expect(lasts).toBe(false);
      expect(storage.getItem('one')).toBeNull();
      storage.setItem('one', 'value');
      expect(storage.getItem('one')).toBe('value');
      storage.removeItem('one');
      expect(storage.getItem('one')).toBeNull();
    }
  });
});
