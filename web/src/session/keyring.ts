// The open vault beside the stored one: what is written, what another device wrote, and keys that were handed over.
import { isRefused } from '../api/problem';
import { isVaultError } from '../vault/client';
import { changeVault, type VaultStore } from './vault-writes';

/** Secret keys sealed to one that the keyring should hold. */
export interface HandedOver {
  id: string;
  sealed: string;
}

export interface KeyringParts extends VaultStore {
  parcels(): Promise<HandedOver[]>;
  /** Adds a parcel's keys to the open vault; refused by the vault where it holds no key that opens it. */
  takeIn(parcel: HandedOver): Promise<void>;
  /** The portal forgets the parcel. */
  drop(id: string): Promise<void>;
  /** Whatever did not open before may open now. */
  keysCame(): void;
}

export class Keyring {
  #version: number;
  /** Changes go one after the other: each is made upon the one before. */
  #writing: Promise<unknown> = Promise.resolve();
  readonly #store: VaultStore;

  /** The vault that is open was stored as `version`. */
  constructor(
    private readonly parts: KeyringParts,
    version: number,
  ) {
    this.#version = version;
    this.#store = {
      lock: () => parts.lock(),
      write: (sealed, version) => parts.write(sealed, version),
      reopen: async () => {
        const version = await parts.reopen();
        parts.keysCame();
        return version;
      },
    };
  }

  /** Changes the open vault, and stores it where the change says that it changed anything. */
  change(change: () => Promise<boolean>): Promise<void> {
    return this.#queue(async () => {
      this.#version = await changeVault(this.#store, this.#version, change);
    });
  }

  /** Opens the stored vault where it is newer: another device wrote it. Own writes are no news. */
  follow(version: number): Promise<void> {
    return this.#queue(async () => {
      if (version > this.#version) this.#version = await this.#store.reopen();
    });
  }

  /**
   * Takes keys that were handed over into the keyring. The portal drops its copy only when the vault is stored, so that
   * whichever device does it, every other finds them in the parcel or in the vault.
   */
  async takeInParcels(): Promise<void> {
    const parcels = await this.parts.parcels();
    if (parcels.length === 0) return;
    let taken: HandedOver[] = [];
    try {
      await this.change(async () => {
        taken = await this.#takeIn(parcels);
        // One that does not open stays with the portal; it must not have the vault stored each time it is looked at.
        return taken.length > 0;
      });
    } catch (error) {
      // Other devices were quicker again and again. Their vaults come as news, and what is left is tried then.
      if (isRefused(error, 'version-conflict')) return;
      // Keys that the vault has no room for stay with the portal; they must not keep anybody out.
      if (isRefused(error, 'too-large')) return;
      throw error;
    }
    if (taken.length === 0) return;
    this.parts.keysCame();
    // Another device may have dropped them already.
    await Promise.all(taken.map(({ id }) => this.parts.drop(id).catch(() => undefined)));
  }

  /** One parcel may open with keys from another alone: an absorbed account had it waiting. */
  async #takeIn(parcels: readonly HandedOver[]): Promise<HandedOver[]> {
    const taken: HandedOver[] = [];
    let left = [...parcels];
    for (let before = Infinity; left.length > 0 && left.length < before;) {
      before = left.length;
      const closed: HandedOver[] = [];
      for (const parcel of left) {
        try {
          await this.parts.takeIn(parcel);
          taken.push(parcel);
        } catch (error) {
          if (!isVaultError(error)) throw error;
          closed.push(parcel);
        }
      }
      left = closed;
    }
    return taken;
  }

  #queue(task: () => Promise<void>): Promise<void> {
    const run = this.#writing.then(task);
    this.#writing = run.catch(() => undefined);
    return run;
  }
}
