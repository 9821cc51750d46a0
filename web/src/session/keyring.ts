// The open vault beside the stored one: what is written, what another device wrote, and keys that were handed over.
import { isRefused } from '../api/problem';
import { isVaultError } from '../vault/client';
import type { ParcelOrigin } from '../vault/protocol';
import { changeVault, type Reopened, type VaultStore } from './vault-writes';

/** Secret keys sealed to one that the keyring should hold. */
export interface HandedOver {
  id: string;
  origin: ParcelOrigin;
  sealed: string;
}

export interface KeyringParts extends VaultStore {
  parcels(): Promise<HandedOver[]>;
  /**
   * Adds a parcel's keys to the open vault, and says whether any was new; refused by the vault where it holds no key that
   * opens it, or where its giver did not sign it.
   */
  takeIn(parcel: HandedOver): Promise<boolean>;
  /** Whether a person began the session by the password: no program says that a parcel is stored. */
  isInPerson(): boolean;
  /** The portal shows the parcel no more. */
  drop(id: string): Promise<void>;
  /** Whatever did not open before may open now. */
  keysCame(): void;
  /** How many parcels were refused at a look, for another reason than that a key is missing, which may come. */
  parcelsRefused(count: number): void;
}

export class Keyring {
  #stored: Reopened;
  /** Changes go one after the other: each is made upon the one before. */
  #writing: Promise<unknown> = Promise.resolve();
  readonly #store: VaultStore;

  /** The vault that is open came of what is stored. */
  constructor(
    private readonly parts: KeyringParts,
    stored: Reopened,
  ) {
    this.#stored = stored;
    this.#store = {
      lock: () => parts.lock(),
      write: (sealed, version) => parts.write(sealed, version),
      reopen: async () => {
        const stored = await parts.reopen();
        this.#stored = stored;
        parts.keysCame();
        return stored;
      },
    };
  }

  /** Changes the open vault, and stores it where the change says that it changed anything. */
  change(change: () => Promise<boolean>): Promise<void> {
    return this.#queue(async () => {
      const version = await changeVault(this.#store, this.#stored, change);
      this.#stored = { version, joined: false };
    });
  }

  /** Stores the vault where it was joined of two and is not stored yet. */
  settle(): Promise<void> {
    return this.change(() => Promise.resolve(false));
  }

  /** Opens the stored vault where it is newer: another device wrote it. Own writes are no news. */
  async follow(version: number): Promise<void> {
    await this.#queue(async () => {
      if (version > this.#stored.version) await this.#store.reopen();
    });
    if (this.#stored.joined) await this.settle();
  }

  /**
   * Takes keys that were handed over into the keyring. The portal drops its copy only when the vault is stored, so that
   * whichever device does it, every other finds them in the parcel or in the vault.
   */
  async takeInParcels(): Promise<void> {
    const parcels = await this.parts.parcels();
    if (parcels.length === 0) return this.parts.parcelsRefused(0);
    let taken: HandedOver[] = [];
    let any = false;
    let refused = 0;
    try {
      await this.change(async () => {
        ({ taken, any, refused } = await this.#takeIn(parcels));
        // One that brings nothing stays with the portal; it must not have the vault stored each time it is looked at.
        return any;
      });
    } catch (error) {
      // Other devices were quicker again and again. Their vaults come as news, and what is left is tried then.
      if (isRefused(error, 'version-conflict')) return;
      // Keys that the vault has no room for stay with the portal; they must not keep anybody out.
      if (isRefused(error, 'too-large')) return;
      throw error;
    }
    this.parts.parcelsRefused(refused);
    if (any) this.parts.keysCame();
    if (!this.parts.isInPerson()) return;
    // Another device may have dropped them already.
    await Promise.all(taken.map(({ id }) => this.parts.drop(id).catch(() => undefined)));
  }

  /** One parcel may open with keys from another alone: an absorbed account had it waiting. */
  async #takeIn(parcels: readonly HandedOver[]): Promise<{ taken: HandedOver[]; any: boolean; refused: number }> {
    const taken: HandedOver[] = [];
    let any = false;
    let refused = 0;
    let left = [...parcels];
    for (let before = Infinity; left.length > 0 && left.length < before;) {
      before = left.length;
      refused = 0;
      const closed: HandedOver[] = [];
      for (const parcel of left) {
        try {
          any = (await this.parts.takeIn(parcel)) || any;
          taken.push(parcel);
        } catch (error) {
          if (!isVaultError(error)) throw error;
          if (!isVaultError(error, 'wrong-key')) refused += 1;
          closed.push(parcel);
        }
      }
      left = closed;
    }
    return { taken, any, refused };
  }

  #queue(task: () => Promise<void>): Promise<void> {
    const run = this.#writing.then(task);
    this.#writing = run.catch(() => undefined);
    return run;
  }
}
