// Getting one file: fetched sealed, opened slice by slice in the vault's worker, and handed to the browser to save.
import { getFile } from '../../api/blobs';
import { isRefused } from '../../api/problem';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { VaultError, vault } from '../../vault/client';
import type { FileRef } from '../../vault/protocol';

export type DownloadState =
  { name: 'idle' | 'saved' } | { name: 'fetching' | 'opening'; share: number } | { name: 'failed'; problem: string };

export class Download {
  state = $state.raw<DownloadState>({ name: 'idle' });
  #abort: AbortController | undefined;

  constructor(
    readonly delivery: string,
    readonly file: FileRef,
    /** Bytes, sealed. */
    readonly size: number,
  ) {}

  async run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    const { signal } = abort;
    const show = (name: 'fetching' | 'opening') => (done: number, total: number) =>
      (this.state = { name, share: total > 0 ? done / total : 0 });
    try {
      show('fetching')(0, 1);
      const sealed = await getFile(this.delivery, this.file.sha256, this.size, show('fetching'), signal);
      show('opening')(0, 1);
      const plain = await vault.call('openFile', [sealed, $state.snapshot(this.file)], {
        progress: show('opening'),
        signal,
      });
      signal.throwIfAborted();
      save(plain, this.file.name);
      this.state = { name: 'saved' };
    } catch (error) {
      this.state = signal.aborted ? { name: 'idle' } : { name: 'failed', problem: problemOf(error) };
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }
}

function problemOf(error: unknown): string {
  if (error instanceof VaultError && error.code !== 'module-failed') return t('reading.file.damaged');
  return isRefused(error, 'not-found') ? t('reading.file.missing') : problemText(error);
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then; a large one may take its time.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
