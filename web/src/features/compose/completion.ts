// Completing what is typed into a recipient field from the people the account has exchanged messages with.
import type { Correspondent } from '../../api/types';
import { canonical, type Addressee } from './recipients';

const MOST = 8;

/** Those whose name or address begins as typed, the address they were last dealt with under included; newest first. */
export function completions(
  known: Iterable<Correspondent>,
  text: string,
  /** Canonical addresses that are recipients already. */
  except: readonly string[],
): Correspondent[] {
  const wanted = text.trim().toLowerCase();
  const begins = (each: string | null | undefined) => each?.toLowerCase().startsWith(wanted) ?? false;
  return [...known]
    .filter(({ name, address, formerly }) => {
      if (except.includes(canonical(address))) return false;
      return begins(name) || (name ?? '').split(/\s+/).some(begins) || begins(address) || begins(formerly);
    })
    .sort((a, b) => b.last_at - a.last_at)
    .slice(0, MOST);
}

/** The person as a recipient: under the address they have now. */
export function addresseeOf({ name, address, formerly }: Correspondent): Addressee {
  return { ...(name ? { name } : {}), address, ...(formerly ? { formerly } : {}) };
}
