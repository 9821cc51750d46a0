// What a batch of changes asks for, and in which order: keys first, so that what they open is not shown sealed before.
import type { Change } from '../../api/types';

export interface NewsParts {
  /** The stored vault became this version. */
  follow(version: number): Promise<void>;
  /** The account changed: its addresses, its certificate, keys that were handed over. */
  refreshAccount(): Promise<void>;
  /** Deliveries came or changed; `anew` where whole mailboxes joined, whose deliveries may stand anywhere. */
  lookAt(deliveries: ReadonlySet<string>, anew: boolean): Promise<void>;
}

export async function workIn(changes: readonly Change[], parts: NewsParts): Promise<void> {
  const vaults = changes.flatMap((change) => (change.kind === 'vault' ? [change.version] : []));
  const deliveries = new Set(changes.flatMap((change) => (change.kind === 'delivery' ? [change.id] : [])));
  const anew = changes.some(({ kind }) => kind === 'mailboxes');
  if (vaults.length > 0) await parts.follow(Math.max(...vaults));
  if (changes.some(({ kind }) => kind === 'account')) await parts.refreshAccount();
  if (anew || deliveries.size > 0) await parts.lookAt(deliveries, anew);
}
