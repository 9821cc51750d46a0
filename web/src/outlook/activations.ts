// The activations that this Outlook has, and which of them serves what. The password is never among what is kept.
import { fromBase64, toBase64 } from '../api/bytes';
import { canonical } from '../features/compose/recipients';
import type { Keeping } from './storage';

/** An activation as it is kept. */
export interface Kept {
  id: string;
  /** The origin of its portal. */
  portal: string;
  /** The account's id. */
  account: string;
  /** The Master when it was activated: what it stands under. */
  address: string;
  /** The person's name. */
  name: string;
  /** All addresses of the account when it was last asked. */
  addresses: string[];
  secret: Uint8Array;
}

const ACTIVATIONS = 'restante.activations';
const CHOSEN = 'restante.chosen';

export class Shelf {
  constructor(
    /** The name under which something is kept for this host. */
    private readonly nameOf: (name: string) => string,
    private readonly portal: string,
    private readonly storage: Keeping,
    /** Whether what is kept outlives the pane. */
    readonly lasts = true,
  ) {}

  all(): Kept[] {
    return this.#everyPortal().filter(({ portal }) => portal === this.portal);
  }

  /** Keeps one, in place of any other of the same account: both at once, so that there is always one of them. */
  put(kept: Kept): void {
    const others = this.#everyPortal().filter(
      ({ id, portal, account }) => id !== kept.id && (portal !== kept.portal || account !== kept.account),
    );
    this.#write([...others, kept]);
  }

  /** Keeps what was learnt of one that is kept still. */
  update(id: string, news: Pick<Kept, 'name' | 'addresses'>): void {
    this.#write(this.#everyPortal().map((each) => (each.id === id ? { ...each, ...news } : each)));
  }

  forget(id: string): void {
    this.#write(this.#everyPortal().filter((each) => each.id !== id));
  }

  /** Which one its user chose to write with, from this mailbox. */
  chosen(mailbox: string): string | undefined {
    return this.#choices()[canonical(mailbox)];
  }

  choose(mailbox: string, id: string): void {
    const choices = { ...this.#choices(), [canonical(mailbox)]: id };
    this.storage.setItem(this.nameOf(CHOSEN), JSON.stringify(choices));
  }

  /** Calls `changed` when another pane changes what is kept. */
  whenChanged(changed: () => void): void {
    addEventListener('storage', ({ key }) => {
      if (key === this.nameOf(ACTIVATIONS)) changed();
    });
  }

  #choices(): Record<string, string> {
    const value = parsed(this.storage.getItem(this.nameOf(CHOSEN)));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, id]) => typeof id === 'string'));
  }

  #everyPortal(): Kept[] {
    const value = parsed(this.storage.getItem(this.nameOf(ACTIVATIONS)));
    return Array.isArray(value) ? value.flatMap(keptOf) : [];
  }

  #write(all: Kept[]): void {
    const stored = all.map((each) => ({ ...each, secret: toBase64(each.secret) }));
    if (stored.length > 0) this.storage.setItem(this.nameOf(ACTIVATIONS), JSON.stringify(stored));
    else this.storage.removeItem(this.nameOf(ACTIVATIONS));
  }
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return undefined;
  }
}

/** What is kept, or nothing where it is no activation. */
function keptOf(value: unknown): Kept[] {
  if (typeof value !== 'object' || value === null) return [];
  const { id, portal, account, address, name, addresses, secret } = value as Record<string, unknown>;
  const texts = [id, portal, account, address, name, secret];
  if (!texts.every((text) => typeof text === 'string') || !Array.isArray(addresses)) return [];
  try {
    return [{ ...(value as Kept), addresses: addresses.map(String), secret: fromBase64(secret as string) }];
  } catch {
    return [];
  }
}

/** Whether one of the addresses is among those. */
export function isAmong(addresses: readonly string[], those: readonly string[]): boolean {
  const known = new Set(those.map(canonical));
  return addresses.some((address) => known.has(canonical(address)));
}

/** Which one writes from this mailbox: the one chosen for it, else the one that has its address, else the first. */
export function forWriting(all: readonly Kept[], mailbox: string | undefined, chosen: string | undefined) {
  const own = all.find(({ addresses }) => mailbox !== undefined && isAmong([mailbox], addresses));
  return all.find(({ id }) => id === chosen) ?? own ?? all[0];
}
