// The stored vault is replaced as a whole and names the version that it replaces. Several windows may do so at once.
import { isRefused } from '../api/problem';

export interface VaultStore {
  /** Seals the vault as it is now. */
  lock(): Promise<Uint8Array>;
  /** Stores it in place of `version`, and says the version that it became. */
  write(sealed: Uint8Array, version: number): Promise<number>;
  /** Opens what is stored now in place of what is open. */
  reopen(): Promise<Reopened>;
}

export interface Reopened {
  version: number;
  /** Whether it was joined with what was seen here before, and wants to be stored. */
  joined: boolean;
}

/** Another window may win again and again, but not for ever. */
const ROUNDS = 4;

/**
 * Changes the vault and stores it, where the change says that it changed anything, or where it is not stored yet. Where
 * somebody else stored a version meanwhile, the change is made anew upon that. Answers the version that holds it.
 */
export async function changeVault(
  store: VaultStore,
  { version, joined }: Reopened,
  change: () => Promise<boolean>,
): Promise<number> {
  let [base, unsaved] = [version, joined];
  for (let round = 1; ; round += 1) {
    if (!(await change()) && !unsaved) return base;
    try {
      return await store.write(await store.lock(), base);
    } catch (error) {
      if (round === ROUNDS || !isRefused(error, 'version-conflict')) throw error;
      ({ version: base, joined: unsaved } = await store.reopen());
    }
  }
}
