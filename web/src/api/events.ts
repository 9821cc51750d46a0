// The portal's stream of events. The browser's own carries cookies and nothing else; where the session's secret goes
// another way, the stream is fetched as anything is, and read here.
import { isByBearer } from './carrier';
import { events, eventsUrl } from './client';

export function openEvents(): EventSource | FetchedEvents {
  return isByBearer() ? new FetchedEvents(events) : new EventSource(eventsUrl);
}

type Listener = (event: { data: string }) => void;

/** An event as the stream has it (HTML section 9.2). */
export interface StreamEvent {
  type: string;
  data: string;
}

/** Takes the whole events off the front of what has arrived; answers what is left. */
export function takeEvents(arrived: string): { events: StreamEvent[]; rest: string } {
  const blocks = arrived.replaceAll('\r\n', '\n').split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.flatMap((block) => {
    const fields = block.split('\n').map((line) => /^(event|data): ?(.*)$/.exec(line));
    const of = (name: string) => fields.filter((field) => field?.[1] === name).map((field) => field?.[2] ?? '');
    const data = of('data');
    return data.length > 0 ? [{ type: of('event').at(-1) ?? 'message', data: data.join('\n') }] : [];
  });
  return { events, rest };
}

/** A stream that is over when it breaks off: whoever reads it opens another. */
export class FetchedEvents {
  /** As an `EventSource` counts: connecting, open, closed. */
  readyState: 0 | 1 | 2 = 0;
  #listeners = new Map<string, Listener[]>();
  #abort = new AbortController();

  constructor(get: (signal: AbortSignal) => Promise<Response>) {
    void this.#read(get);
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  close(): void {
    this.readyState = 2;
    this.#abort.abort();
  }

  async #read(get: (signal: AbortSignal) => Promise<Response>): Promise<void> {
    try {
      const { body } = await get(this.#abort.signal);
      if (this.#abort.signal.aborted) return;
      this.readyState = 1;
      this.#tell({ type: 'open', data: '' });
      const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
      let arrived = '';
      for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
        const { events, rest } = takeEvents(arrived + step.value);
        arrived = rest;
        for (const event of events) this.#tell(event);
      }
    } catch {
      // Why it broke off makes no difference: what was missed is asked for.
    }
    if (this.#abort.signal.aborted) return;
    this.readyState = 2;
    this.#tell({ type: 'error', data: '' });
  }

  #tell({ type, data }: StreamEvent): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data });
  }
}
