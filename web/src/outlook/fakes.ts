// What the tests of the pane share.
import type { Kept } from './activations';

/** A storage that lives as long as a test. */
export function storage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
    clear: () => items.clear(),
    key: (at) => [...items.keys()][at] ?? null,
    get length() {
      return items.size;
    },
  };
}

export const PORTAL = 'https://post.clinic.example';

/** An activation of somebody who has these addresses, the Master first. */
export function keptOf(who: string, ...addresses: string[]): Kept {
  return {
    id: `activation of ${who}`,
    portal: PORTAL,
    account: `account of ${who}`,
    address: addresses[0] ?? '',
    name: who,
    addresses,
    secret: new TextEncoder().encode(`secret of ${who}`),
  };
}
