// Keeps up with the account: an event says only "look", and what changed is asked for. Losing an event loses nothing.
import type { Change, Changes } from '../../api/types';

export interface FeedParts {
  /** Opens the stream of events. */
  connect(): EventStream;
  /** What changed since a sequence number. */
  changes(since: number): Promise<Changes>;
  /** Works what changed into the page. `undefined` stands for "unknown: look at everything". */
  apply(changes: Change[] | undefined): Promise<void>;
  /** Whether the page is connected, to be shown when it is not. */
  connected(connected: boolean): void;
  /** Whether it makes sense to go on after this error. */
  isOver(error: unknown): boolean;
  later(action: () => void, ms: number): () => void;
}

export interface EventStream {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'change', listener: (event: { data: string }) => void): void;
  close(): void;
  readonly readyState: number;
}

const CLOSED = 2;
/** While there is no stream, look this often. */
export const POLL_MS = 20_000;
/** How long to wait before a stream that the portal ended is opened again. */
export const RECONNECT_MS = 3_000;

export class ChangeFeed {
  #since: number | undefined;
  #stream: EventStream | undefined;
  #stopped = false;
  /** How far the feed went when the portal last said so. */
  #latest: number | undefined;
  /** Whether to ask although the portal said nothing. */
  #ask = false;
  #running = false;
  #cancelPoll: () => void = () => undefined;
  #cancelReconnect: () => void = () => undefined;

  constructor(private readonly parts: FeedParts) {}

  start(): void {
    this.#connect();
    this.#poll();
  }

  stop(): void {
    this.#stopped = true;
    this.#stream?.close();
    this.#cancelPoll();
    this.#cancelReconnect();
  }

  /** Looks now, for example because the page came back to the foreground. */
  look(): Promise<void> {
    this.#ask = true;
    return this.#run();
  }

  /**
   * The portal says how far the feed goes. A number below the known one is late, or the portal's database is that of an
   * earlier day: the answer to a question tells which.
   */
  #hear(latest: number): Promise<void> {
    if (this.#since !== undefined && latest < this.#since) return this.look();
    this.#latest = Math.max(this.#latest ?? 0, latest);
    return this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#isBehind() && !this.#stopped) await this.#catchUp();
    } catch (error) {
      if (this.parts.isOver(error)) this.stop();
      else this.#lost();
    } finally {
      this.#running = false;
    }
  }

  #isBehind(): boolean {
    return this.#ask || (this.#latest !== undefined && this.#latest > (this.#since ?? -1));
  }

  async #catchUp(): Promise<void> {
    const latest = this.#latest;
    this.#ask = false;
    if (this.#since === undefined) {
      // Nothing is known yet. The lists are read afresh, which is cheaper than going through an account's whole history.
      await this.parts.apply(undefined);
      this.#since = latest;
      return;
    }
    const answer = await this.parts.changes(this.#since);
    if (answer.latest < this.#since) {
      // The feed went back: what is known came after what is there. Whatever stands there now is looked at.
      await this.parts.apply(undefined);
      this.#since = answer.latest;
      this.#latest = answer.latest;
      return;
    }
    await this.parts.apply(answer.changes);
    // Only what was worked in counts as seen.
    this.#since = Math.max(answer.latest, answer.more ? 0 : (latest ?? 0));
    this.#ask ||= answer.more;
  }

  #connect(): void {
    if (this.#stopped) return;
    const stream = this.parts.connect();
    this.#stream = stream;
    let open = false;
    stream.addEventListener('open', () => {
      open = true;
      this.parts.connected(true);
    });
    stream.addEventListener('error', () => {
      this.#lost();
      // The stream ends with its session, and does not say so; a request is told.
      if (open) void this.look();
      open = false;
      // The browser reconnects by itself, except where the portal refused.
      if (stream.readyState !== CLOSED) return;
      stream.close();
      this.#cancelReconnect();
      this.#cancelReconnect = this.parts.later(() => this.#connect(), RECONNECT_MS);
    });
    stream.addEventListener('change', ({ data }) => {
      this.parts.connected(true);
      const latest = Number(data);
      void (Number.isSafeInteger(latest) ? this.#hear(latest) : this.look());
    });
  }

  #lost(): void {
    if (!this.#stopped) this.parts.connected(false);
  }

  #poll(): void {
    this.#cancelPoll = this.parts.later(() => {
      if (this.#stopped) return;
      if (this.#stream?.readyState !== 1) void this.look();
      this.#poll();
    }, POLL_MS);
  }
}
