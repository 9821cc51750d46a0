// A file on its way into a message: sealed in the vault's worker, then uploaded, one file after the other.
import { putBlob } from '../../api/blobs';
import { isRefused } from '../../api/problem';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { isVaultError, vault } from '../../vault/client';
import type { FileRef, SealedFile } from '../../vault/protocol';

export type AttachmentState =
  | { name: 'waiting' | 'ready' | 'kept' }
  | { name: 'sealing' | 'uploading'; share: number }
  | { name: 'failed'; problem: string };

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

  /** Uploads it again: the portal no longer has it. */
  startAgain(): void {
    if (!this.#file) return;
    this.ref = undefined;
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
      // Sealed once: a retry uploads the same bytes, of which the portal may have stored some already.
      this.#sealed ??= await vault.call('sealFile', [this.#file], { progress: show('sealing'), signal });
      const { file, sealed } = this.#sealed;
      show('uploading')(0, 1);
      await putBlob(file.sha256, sealed, show('uploading'), signal);
      this.ref = file;
      this.state = { name: 'ready' };
    } catch (error) {
      if (!signal.aborted) this.state = { name: 'failed', problem: reasonOf(error) };
    }
  }
}

function reasonOf(error: unknown): string {
  if (isVaultError(error, 'unreadable')) return t('compose.file.unreadable');
  if (isRefused(error, 'too-large')) return t('problem.too-large');
  return problemText(error);
}
