// A file on its way into a message: sealed in the vault's worker, then uploaded, one file after the other.
import { putBlob, type Progress } from '../../api/blobs';
import { isRefused } from '../../api/problem';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { isVaultError, vault } from '../../vault/client';
import type { FileRef, SealedFile } from '../../vault/protocol';

export type AttachmentState =
  | { name: 'waiting' | 'ready' | 'kept' }
  | { name: 'sealing' | 'uploading'; share: number }
  | { name: 'failed'; problem: string };

/** How often an upload waits for a place before the person is told. */
const PLACES_WAITED_FOR = 12;

let queue: Promise<unknown> = Promise.resolve();

export class Attachment {
  state = $state.raw<AttachmentState>({ name: 'waiting' });
  readonly id = crypto.randomUUID();
  readonly name: string;
  readonly size: number;
  /** As the letter names it, once it is stored. */
  ref: FileRef | undefined;
  #file: File | undefined;
  #sealed: SealedFile | undefined;
  #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();

  /** A file of this computer, or one that the portal has already. */
  constructor(file: File | FileRef) {
    this.name = file.name;
    this.size = file.size;
    if (file instanceof File) this.#file = file;
    else {
      this.ref = file;
      this.state = { name: 'kept' };
    }
  }

  /** Seals and uploads it, when those before it are done. */
  start(): void {
    if (!this.#file) return;
    this.#abort = new AbortController();
    this.state = { name: 'waiting' };
    this.#done = queue.then(() => this.#run(this.#abort.signal));
    queue = this.#done;
  }

  /** Seals and uploads it again: the portal no longer has it, and may be about to delete the bytes of before. */
  startAgain(): void {
    if (!this.#file) return;
    this.ref = undefined;
    this.#sealed = undefined;
    this.start();
  }

  cancel(): void {
    this.#abort.abort();
  }

  /** Waits until it is stored or has failed. */
  async settled(): Promise<FileRef | undefined> {
    await this.#done;
    return this.ref;
  }

  async #run(signal: AbortSignal): Promise<void> {
    if (signal.aborted || !this.#file) return;
    const show = (name: 'sealing' | 'uploading') => (done: number, total: number) =>
      (this.state = { name, share: total > 0 ? done / total : 0 });
    try {
      show('sealing')(0, 1);
      // Sealed once, however often it takes to upload it.
      this.#sealed ??= await vault.call('sealFile', [this.#file], { progress: show('sealing'), signal });
      const { file, sealed } = this.#sealed;
      show('uploading')(0, 1);
      await this.#put(file.sha256, sealed, show('uploading'), signal);
      this.ref = file;
      this.state = { name: 'ready' };
    } catch (error) {
      if (!signal.aborted) this.state = { name: 'failed', problem: reasonOf(error) };
    }
  }

  /** Waits where the portal has no place for another upload right now. */
  async #put(sha256: string, sealed: Blob, progress: Progress, signal: AbortSignal): Promise<void> {
    for (let left = PLACES_WAITED_FOR; ; left -= 1) {
      try {
        return await putBlob(sha256, sealed, progress, signal);
      } catch (error) {
        if (!isRefused(error, 'too-many-requests') || error.retryAfter === undefined || left === 0) throw error;
        this.state = { name: 'waiting' };
        await pause(error.retryAfter * 1000, signal);
      }
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(new DOMException('cancelled', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

function reasonOf(error: unknown): string {
  if (isVaultError(error, 'unreadable')) return t('compose.file.unreadable');
  if (isRefused(error, 'too-large')) return t('problem.too-large');
  // Without a time after which to try again it is the day that has to pass.
  if (isRefused(error, 'too-many-requests') && error.retryAfter === undefined) return t('compose.file.enough-today');
  return problemText(error);
}
