// For tests: the vault's worker and its modules, as they are, beside the page in one process. Import this before whatever
// calls the vault, and `await workerInProcess()` before the first call.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { FromWorker, ToWorker } from './protocol';

const ends = {
  hear: undefined as ((event: { data: ToWorker }) => void) | undefined,
  page: undefined as { onmessage?: (event: { data: FromWorker }) => void } | undefined,
};

// What the two tell each other goes through here.
vi.stubGlobal('addEventListener', (name: string, listener: typeof ends.hear) => {
  if (name === 'message') ends.hear = listener;
});
vi.stubGlobal('location', { origin: 'https://portal.test' });
vi.stubGlobal('postMessage', (data: FromWorker) => ends.page?.onmessage?.({ data }));
vi.stubGlobal(
  'Worker',
  class {
    onmessage?: (event: { data: FromWorker }) => void;
    constructor() {
      ends.page = this;
    }
    postMessage(data: ToWorker) {
      ends.hear?.({ data });
    }
    terminate() {
      ends.page = undefined;
    }
  },
);

vi.mock('./module/vault_wasm_bg.wasm?url', () => ({
  default: readFileSync(join(import.meta.dirname, 'module/vault_wasm_bg.wasm')),
}));
vi.mock('./module/guessing_bg.wasm?url', () => ({
  default: readFileSync(join(import.meta.dirname, 'module/guessing_bg.wasm')),
}));

export async function workerInProcess(): Promise<void> {
  await import('./worker');
}
