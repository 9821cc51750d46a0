// Single keys, for those who keep their hands on the keyboard. They can be switched off (WCAG 2.1.4).

export type Shortcut = 'next' | 'previous' | 'reply' | 'reply-all' | 'forward' | 'compose' | 'help' | 'back';

const KEYS: Readonly<Record<string, Shortcut>> = {
  j: 'next',
  k: 'previous',
  r: 'reply',
  a: 'reply-all',
  f: 'forward',
  c: 'compose',
  '?': 'help',
  Escape: 'back',
};

const ARROWS: Readonly<Record<string, Shortcut>> = { ArrowDown: 'next', ArrowUp: 'previous' };

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  defaultPrevented: boolean;
}

export interface Place {
  /** Whether what has the focus takes text. */
  writing: boolean;
  /** Whether the focus is in the list, where arrows move from message to message. */
  inList: boolean;
  /** Whether a dialog lies above the page. */
  dialog: boolean;
  /** Whether the person has single keys switched on. */
  singleKeys: boolean;
}

export function shortcutOf(event: Pressed, place: Place): Shortcut | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (place.writing || place.dialog) return undefined;
  if (place.inList && event.key in ARROWS) return ARROWS[event.key];
  if (event.key === 'Escape') return 'back';
  return place.singleKeys ? KEYS[event.key] : undefined;
}

const OFF = 'restante.single-keys-off';

export function singleKeys(storage: Storage = localStorage): boolean {
  return storage.getItem(OFF) === null;
}

export function setSingleKeys(on: boolean, storage: Storage = localStorage): void {
  if (on) storage.removeItem(OFF);
  else storage.setItem(OFF, '1');
}

export function takesText(element: Element | null): boolean {
  return (
    element !== null && element.matches('input, textarea, select, [contenteditable]:not([contenteditable="false"])')
  );
}
