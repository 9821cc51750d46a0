// Where the pane keeps its activations. A browser may deny it, in a frame of another site or altogether: then what is kept
// lives as long as the pane.

/** What the pane uses of a browser's storage. */
export type Keeping = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The browser's, and whether it lasts. `ask` throws where the browser denies it. */
export function storageHere(ask: () => Keeping = () => localStorage): { storage: Keeping; lasts: boolean } {
  try {
    const storage = ask();
    // Some hand it out, and refuse to use it.
    storage.getItem('restante');
    return { storage, lasts: true };
  } catch {
    return { storage: inMemory(), lasts: false };
  }
}

function inMemory(): Keeping {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}
