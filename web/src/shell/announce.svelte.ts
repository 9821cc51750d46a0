// What happened, for those who cannot see it: read out politely, and shown for a moment where asked.
import { untrack } from 'svelte';

class Announcer {
  /** In the live region. */
  spoken = $state('');
  /** At the foot of the page. */
  shown = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    // The same text twice in a row would not be read again.
    this.spoken = untrack(() => text === this.spoken) ? `${text}\u00a0` : text;
  }

  show(text: string): void {
    this.say(text);
    this.shown = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.shown = ''), 6000);
  }
}

export const announcer = new Announcer();
