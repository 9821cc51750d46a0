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

export function destroy(storage: Storage = localStorage): void {
  storage.removeItem(NAME);
}

/** Calls `gone` when another window of this browser signs out. */
export function whenDestroyed(gone: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === NAME && event.newValue === null) gone();
  });
}
