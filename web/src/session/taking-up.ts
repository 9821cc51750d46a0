// From the vault that the portal serves to the open one: nothing is opened without the account that it must be of, and the
// last vault of that account that this browser saw.
import { fromBase64 } from '../api/bytes';
import type { Vault } from '../api/types';
import { isVaultError } from '../vault/client';
import type { ServedVault } from '../vault/protocol';
import { seenVaults, type SeenVaults } from './seen-vaults';

export interface TakenUp {
  version: number;
  /** Whether it was joined of two, or accepted in place of another: it wants to be stored. */
  joined: boolean;
  /** Whether this browser had never seen a vault of the account, so that nothing tells whether it is the newest. */
  first: boolean;
}

/** Opens the served vault by `open`, which answers whether it was joined, and keeps it as the last one that was seen. */
export async function takeUp(
  account: string,
  stored: Pick<Vault, 'sealed' | 'version'>,
  open: (served: ServedVault) => Promise<boolean>,
  seen: SeenVaults = seenVaults,
): Promise<TakenUp> {
  const sealed = fromBase64(stored.sealed);
  const lastSeen = await seen.last(account);
  const joined = await open({ sealed, account, lastSeen });
  // One that was joined is kept once it is stored: until then what was seen before is the only copy of its keys.
  if (!joined) await seen.keep(account, sealed);
  return { version: stored.version, joined, first: lastSeen === undefined };
}

/** Why a vault that the portal serves is not opened, though the way in was right. */
export const refusals = ['older-vault', 'unreadable-vault', 'forked-vault', 'foreign-vault', 'vault-leapt'] as const;

export type Refusal = (typeof refusals)[number];

/** The refusal that an error is, if it is one. */
export function refusalIn(error: unknown): Refusal | undefined {
  return refusals.find((code) => isVaultError(error, code));
}

export const isRefusedVault = (error: unknown) => refusalIn(error) !== undefined;
