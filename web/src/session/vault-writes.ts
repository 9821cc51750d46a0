// The stored vault is replaced as a whole and names the version that it replaces. Several windows may do so at once.
import { isRefused } from '../api/problem';

export interface VaultStore {
  /** Seals the vault as it is now. */
  lock(): Promise<Uint8Array>;
  /** Stores it in place of `version`, and says the version that it became. */
  write(sealed: Uint8Array, version: number): Promise<number>;
  /** Opens what is stored now in place of what is open, and says its version. */
  reopen(): Promise<number>;
}

/** Another window may win again and again, but not for ever. */
const ROUNDS = 4;

/**
 * Changes the vault and stores it, where the change says that it changed anything. Where somebody else stored a version
 * meanwhile, the change is made anew upon that. Answers the version that holds it.
 */
export async function changeVault(store: VaultStore, version: number, change: () => Promise<boolean>): Promise<number> {
  let base = version;
  for (let round = 1; ; round += 1) {
    if (!(await change())) return base;
    try {
      return await store.write(await store.lock(), base);
    } catch (error) {
      if (round === ROUNDS || !isRefused(error, 'version-conflict')) throw error;
      base = await store.reopen();
    }
  }
}
