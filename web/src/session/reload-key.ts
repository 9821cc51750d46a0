// What survives a reload: the vault key wrapped under a key that only the portal has, and only for this session.
import { fromBase64, toBase64 } from '../api/bytes';

const NAME = 'restante.vault-key';

export interface KeptKey {
  account: string;
  wrapped: Uint8Array;
}

export function keep({ account, wrapped }: KeptKey, storage: Storage = localStorage): void {
  storage.setItem(NAME, JSON.stringify({ account, wrapped: toBase64(wrapped) }));
}

export function kept(storage: Storage = localStorage): KeptKey | undefined {
  try {
    const value: unknown = JSON.parse(storage.getItem(NAME) ?? 'null');
    if (typeof value !== 'object' || value === null || !('account' in value) || !('wrapped' in value)) return undefined;
    if (typeof value.account !== 'string' || typeof value.wrapped !== 'string') return undefined;
    return { account: value.account, wrapped: fromBase64(value.wrapped) };
  } catch {
    return undefined;
  }
}

/** Destroys what is kept; where an account is named, only what is kept for that one. */
export function destroy(account?: string, storage: Storage = localStorage): void {
  if (account === undefined || kept(storage)?.account === account) storage.removeItem(NAME);
}

/**
 * Calls `changed` when another window of this browser signs somebody in or out, with the account whose key is kept from
 * now on, if there is one.
 */
export function whenChanged(changed: (account: string | undefined) => void): void {
  addEventListener('storage', (event) => {
    if (event.key === NAME) changed(kept()?.account);
  });
}
