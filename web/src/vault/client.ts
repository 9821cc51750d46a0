/// <reference types="vite/client" />
// The page's side of the vault's worker.
import {
  CANCELLED,
  type ChangedKey,
  type FromWorker,
  type OperationName,
  type Operations,
  type ToWorker,
} from './protocol';
import workerUrl from './worker.ts?worker&url';

/** The vault refused or could not do what it was asked; `code` says why, in words that never change. */
export class VaultError extends Error {
  override readonly name = 'VaultError';

  constructor(
    readonly code: string,
    message: string,
    /** The recipients that it is about, where it is about any. */
    readonly addresses: readonly string[] = [],
    /** Those of their keys that changed, where it is about that. */
    readonly keys: readonly ChangedKey[] = [],
  ) {
    super(message);
  }
}

export interface CallOptions {
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  progress: CallOptions['progress'];
}

/** What makes a script's address of a text. Of the browser's own type for one TypeScript's DOM does not know. */
interface UrlPolicy {
  createScriptURL: (url: string) => string;
}

const { trustedTypes } = globalThis as {
  trustedTypes?: { createPolicy: (name: string, rules: UrlPolicy) => UrlPolicy };
};

/** Whatever it is asked for, it gives out the one worker that there is (Trusted Types, which the pages' policy demands). */
const policy = trustedTypes?.createPolicy('vault-worker', { createScriptURL: () => workerUrl });

const startWorker = () =>
  new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: 'module', name: 'vault' });

/** Calls to one worker at a time; `forget` ends it, and with it every secret it holds. */
export class VaultClient {
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(private readonly start: () => Worker = startWorker) {}

  call<Name extends OperationName>(
    name: Name,
    args: Parameters<Operations[Name]>,
    options: CallOptions = {},
  ): Promise<ReturnType<Operations[Name]>> {
    const { progress, signal } = options;
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const worker = this.#running();
      const cancel = () => worker.postMessage({ id, cancel: true } satisfies ToWorker);
      signal?.addEventListener('abort', cancel, { once: true });
      const settled = () => signal?.removeEventListener('abort', cancel);
      this.#waiting.set(id, {
        resolve: (value) => {
          settled();
          resolve(value as ReturnType<Operations[Name]>);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
        progress,
      });
      worker.postMessage({ id, name, args } satisfies ToWorker);
    });
  }

  /** Ends the worker; what waits for it fails. */
  forget(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#failAll('forgotten', 'the vault was closed');
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = this.start();
    worker.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      if (this.#worker === worker) this.#worker = undefined;
      this.#failAll('module-failed', 'the vault did not start');
    };
    this.#worker = worker;
    return worker;
  }

  #receive(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if ('done' in message) return waiting.progress?.(message.done, message.total);
    this.#waiting.delete(message.id);
    if ('value' in message) waiting.resolve(message.value);
    else if (message.code === CANCELLED) waiting.reject(new DOMException('cancelled', 'AbortError'));
    else waiting.reject(new VaultError(message.code, message.message, message.addresses, message.keys));
  }

  #failAll(code: string, message: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new VaultError(code, message));
  }
}

export const vault = new VaultClient();

export function isVaultError(error: unknown, code?: string): error is VaultError {
  return error instanceof VaultError && (code === undefined || error.code === code);
}
