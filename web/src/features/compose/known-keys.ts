// How a recipient's key compares with what is known of the person, under this address and under a former one.
import type { Predecessor } from '../../api/types';
import type { Sight } from '../../vault/protocol';
import type { RecipientKey } from './sending';

export interface KnownKeys {
  /** What the vault knows of the address. */
  seen(address: string, fingerprint: string, predecessors: Predecessor[]): Promise<Sight>;
  /** The keys that the address had before, where it is this account's now. */
  predecessorsAt(address: string, account: string): Promise<Predecessor[]>;
}

/**
 * Where nothing was seen of the address yet, but the portal named it in place of one that the writer knew, the key must
 * be the one known there, or follow it: else the portal could send an answer to whomever it likes.
 */
export async function sightOf(key: RecipientKey, known: KnownKeys): Promise<Sight['sight']> {
  const { account, address, fingerprint, predecessors, formerly } = key;
  const { sight } = await known.seen(address, fingerprint, predecessors);
  if (sight !== 'first' || formerly === undefined) return sight;
  if ((await known.seen(formerly, fingerprint, [])).sight !== 'changed') return sight;
  // Another key: that of the account which the person's former one was absorbed into, says the key they had.
  const before = await known.predecessorsAt(formerly, account);
  return (await known.seen(formerly, fingerprint, before)).sight === 'changed' ? 'changed' : sight;
}
