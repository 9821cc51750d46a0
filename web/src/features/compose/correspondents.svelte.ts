// Whom the account has exchanged messages with, as far as this page has asked.
import * as api from '../../api/client';
import type { Correspondent } from '../../api/types';
import { session } from '../../session/session.svelte';
import { completions } from './completion';
import { canonical } from './recipients';

/** Waits this long after a key is pressed. */
const PAUSE_MS = 120;

class Correspondents {
  /** By each canonical address that they are known under. */
  #known = $state.raw<ReadonlyMap<string, Correspondent>>(new Map());
  #asked = $state.raw<ReadonlySet<string>>(new Set());
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** Asks for those whose name or address begins like this. */
  look(prefix: string): Promise<void> {
    const wanted = prefix.trim().toLowerCase();
    if (!wanted || this.#asked.has(wanted)) return Promise.resolve();
    clearTimeout(this.#pause);
    // A whole address was chosen and is asked for at once; while typing, the pause saves most requests.
    if (wanted.includes('@') && wanted.includes('.')) return this.#ask(wanted);
    return new Promise((resolve) => {
      this.#pause = setTimeout(() => void this.#ask(wanted).then(resolve), PAUSE_MS);
    });
  }

  async #ask(wanted: string): Promise<void> {
    try {
      this.add(await api.correspondents(wanted));
      this.#asked = new Set([...this.#asked, wanted]);
    } catch {
      // Completion is a convenience: whoever types the whole address does without.
    }
  }

  add(correspondents: Correspondent[]): void {
    const known = new Map(this.#known);
    for (const each of correspondents) {
      // Whoever has that address now comes before whoever had it.
      const before = each.formerly && canonical(each.formerly);
      const holder = before ? known.get(before) : undefined;
      if (before && (!holder || canonical(holder.address) !== before)) known.set(before, each);
      known.set(canonical(each.address), each);
    }
    this.#known = known;
  }

  matching(text: string, except: string[]): Correspondent[] {
    return completions(new Set(this.#known.values()), text, except);
  }

  named(address: string): { name?: string } {
    const name = this.#known.get(canonical(address))?.name;
    return name ? { name } : {};
  }

  /** Whether the portal was asked for this very address and knows no dealings with it. */
  isNew(address: string): boolean {
    return this.#asked.has(address.toLowerCase()) && !this.#known.has(canonical(address));
  }

  isProfessional(address: string): boolean {
    return this.#known.get(canonical(address))?.kind === 'professional';
  }

  clear(): void {
    this.#known = new Map();
    this.#asked = new Set();
  }
}

export const book = new Correspondents();

session.whenEnded(() => book.clear());
// With the keys of another account come those that it dealt with.
session.whenKeysCome(() => book.clear());
