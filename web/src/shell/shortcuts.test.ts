import { describe, expect, it } from 'vitest';
import { shortcutOf, type Place, type Pressed } from './shortcuts';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  defaultPrevented: false,
  ...more,
});
const here = (more: Partial<Place> = {}): Place => ({
  writing: false,
  inList: false,
  dialog: false,
  singleKeys: true,
  ...more,
});

describe('shortcutOf', () => {
  it('takes single keys outside of texts and dialogs', () => {
    expect(shortcutOf(press('r'), here())).toBe('reply');
    expect(shortcutOf(press('?'), here())).toBe('help');
    expect(shortcutOf(press('r'), here({ writing: true }))).toBeUndefined();
    expect(shortcutOf(press('Escape'), here({ dialog: true }))).toBeUndefined();
  });

  it('leaves the browser its own keys', () => {
    expect(shortcutOf(press('r', { ctrlKey: true }), here())).toBeUndefined();
    expect(shortcutOf(press('f', { metaKey: true }), here())).toBeUndefined();
  });

  it('takes arrows in the list alone, so that they scroll elsewhere', () => {
    expect(shortcutOf(press('ArrowDown'), here())).toBeUndefined();
    expect(shortcutOf(press('ArrowDown'), here({ inList: true }))).toBe('next');
  });

  it('can be switched off, but for Escape and arrows', () => {
    const off = here({ singleKeys: false, inList: true });
    expect(shortcutOf(press('j'), off)).toBeUndefined();
    expect(shortcutOf(press('ArrowUp'), off)).toBe('previous');
    expect(shortcutOf(press('Escape'), off)).toBe('back');
  });
});
