// The last vault of each account that this browser saw, sealed as it is. It stays when somebody signs out: whoever signs
// in again must not be served an older one.

export interface SeenVaults {
  /** The last one of that account. */
  last(account: string): Promise<Uint8Array | undefined>;
  /** Keeps this one in place of the one before, unless that is of a later revision: another window may have seen more. */
  keep(account: string, sealed: Uint8Array): Promise<void>;
}

/** Behind the form and the account's 16 bytes (docs/formats.md). */
const REVISION_AT = 17;

/** The revision in a sealed vault's head; 0 where there is none. */
export function revisionOf(sealed: Uint8Array): bigint {
  if (sealed.length < REVISION_AT + 8) return 0n;
  return new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength).getBigInt64(REVISION_AT);
}

const isLater = (kept: Uint8Array | undefined, sealed: Uint8Array) =>
  kept !== undefined && revisionOf(kept) > revisionOf(sealed);

/** For as long as the page is open: where a browser keeps nothing. */
export class InMemory implements SeenVaults {
  #all = new Map<string, Uint8Array>();

  last(account: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#all.get(account));
  }

  keep(account: string, sealed: Uint8Array): Promise<void> {
    if (!isLater(this.#all.get(account), sealed)) this.#all.set(account, sealed);
    return Promise.resolve();
  }
}

const STORE = 'vaults';

/** In the browser's database, which has room for a keyring of many keys. */
export class InDatabase implements SeenVaults {
  #opened: Promise<IDBDatabase> | undefined;

  constructor(
    private readonly factory: IDBFactory,
    private readonly name = 'restante.seen-vaults',
  ) {}

  async last(account: string): Promise<Uint8Array | undefined> {
    const store = (await this.#database()).transaction(STORE).objectStore(STORE);
    return (await done(store.get(account))) as Uint8Array | undefined;
  }

  async keep(account: string, sealed: Uint8Array): Promise<void> {
    const transaction = (await this.#database()).transaction(STORE, 'readwrite');
    const store = transaction.objectStore(STORE);
    const asked = store.get(account);
    // Within the one transaction: no other window writes in between.
    asked.onsuccess = () => {
      if (!isLater(asked.result as Uint8Array | undefined, sealed)) store.put(sealed, account);
    };
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the vault that was seen was not kept'));
    });
  }

  #database(): Promise<IDBDatabase> {
    this.#opened ??= (async () => {
      const request = this.factory.open(this.name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      return done(request);
    })();
    return this.#opened;
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser’s database did not answer'));
  });
}

/** The browser's database, where it has one that works: some have none in a private window, or in a frame. */
export class Best implements SeenVaults {
  #memory = new InMemory();
  #database: SeenVaults | undefined;

  constructor(factory: IDBFactory | undefined = globalThis.indexedDB) {
    // Older browsers and tests have none, whatever the types say.
    this.#database = factory && new InDatabase(factory);
  }

  async last(account: string): Promise<Uint8Array | undefined> {
    const kept = await this.#orNone((database) => database.last(account));
    const seen = await this.#memory.last(account);
    return kept && !isLater(seen, kept) ? kept : seen;
  }

  async keep(account: string, sealed: Uint8Array): Promise<void> {
    await this.#memory.keep(account, sealed);
    await this.#orNone((database) => database.keep(account, sealed));
  }

  async #orNone<T>(ask: (database: SeenVaults) => Promise<T>): Promise<T | undefined> {
    if (!this.#database) return undefined;
    try {
      return await ask(this.#database);
    } catch {
      // It is of no use in this browser. What this page saw is remembered all the same.
      this.#database = undefined;
      return undefined;
    }
  }
}

export const seenVaults: SeenVaults = new Best();
