// The twelve characters of a claim, which the vault works out: as long as a password takes to be stretched, once for each.
import { vault } from '../../vault/client';

const known = new Map<string, Promise<string>>();

export function claimCharacters(address: string, fingerprint: string): Promise<string> {
  const key = `${fingerprint} ${address}`;
  const before = known.get(key);
  if (before) return before;
  const characters = vault.call('claimCharacters', [address, fingerprint]);
  known.set(key, characters);
  characters.catch(() => known.delete(key));
  return characters;
}
