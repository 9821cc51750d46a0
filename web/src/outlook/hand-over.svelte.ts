// The link that opens the Secure Webmail, signed in. It is prepared before it is pressed: a page that fetched it first
// would have its window blocked. Each is good once and for two minutes, so it is made anew in good time.

export interface HandOverParts {
  /** Prepares one; answers its link. */
  prepare(): Promise<string>;
  now(): number;
  later(action: () => void, ms: number): () => void;
}

/** A link is replaced when it is this old. */
export const RENEW_MS = 90_000;
/** A link that is older is not followed: the portal may not know it any more. */
export const GOOD_MS = 110_000;
/** After this long it is tried again, where it failed. */
export const RETRY_MS = 10_000;

export class HandOverLink {
  /** Nothing while there is none that is good. */
  href = $state('');
  /** Why there is none. */
  problem = $state.raw<unknown>();
  #madeAt = 0;
  /** Counts up with each that is asked for, so that an answer that was overtaken is let go. */
  #asked = 0;
  #cancel: () => void = () => undefined;

  constructor(private readonly parts: HandOverParts) {}

  /** Begins to hold a link ready. */
  start(): void {
    void this.renew();
  }

  stop(): void {
    this.#asked += 1;
    this.#cancel();
    this.href = '';
  }

  /** Makes another in its place: it was followed, or is about to expire. */
  async renew(): Promise<void> {
    const asked = ++this.#asked;
    this.#cancel();
    const askedAt = this.parts.now();
    try {
      const href = await this.parts.prepare();
      if (asked !== this.#asked) return;
      this.href = href;
      this.problem = undefined;
      // From when it was asked for: the portal counts from a moment after that.
      this.#madeAt = askedAt;
      this.#renewIn(RENEW_MS);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = error;
      if (!this.isGood()) this.href = '';
      this.#renewIn(RETRY_MS);
    }
  }

  /** Whether it may be followed. A pane that was out of sight may have slept through its time. */
  isGood(): boolean {
    return this.href !== '' && this.parts.now() - this.#madeAt < GOOD_MS;
  }

  /** The pane came into sight again. */
  seen(): void {
    if (this.href !== '' && this.parts.now() - this.#madeAt >= RENEW_MS) void this.renew();
  }

  #renewIn(ms: number): void {
    this.#cancel = this.parts.later(() => void this.renew(), ms);
  }
}
