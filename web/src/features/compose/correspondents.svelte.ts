// Whom the account has exchanged messages with, as far as this page has asked.
import * as api from '../../api/client';
import type { Correspondent } from '../../api/types';
import { session } from '../../session/session.svelte';
import { canonical } from './recipients';

/** Waits this long after a key is pressed. */
const PAUSE_MS = 120;

class Correspondents {
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
    for (const each of correspondents) known.set(canonical(each.address), each);
    this.#known = known;
  }

  matching(text: string, except: string[]): Correspondent[] {
    const wanted = text.trim().toLowerCase();
    const words = (name: string | null | undefined) => (name ?? '').toLowerCase().split(/\s+/);
    return [...this.#known.values()]
      .filter(({ name, address }) => {
        if (except.includes(canonical(address))) return false;
        const isName = name?.toLowerCase().startsWith(wanted) || words(name).some((word) => word.startsWith(wanted));
        return isName || address.toLowerCase().startsWith(wanted);
      })
      .sort((a, b) => b.last_at - a.last_at)
      .slice(0, 8);
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
