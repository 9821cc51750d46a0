// Sealed bytes on their way up and down, with progress. `fetch` cannot report an upload's progress, XMLHttpRequest can.
import { authorization, credentials, inSession } from './carrier';
import { isSignedOut, refusal } from './client';
import { Unreachable, problemFrom } from './problem';

export type Progress = (done: number, total: number) => void;

interface Put {
  status: number;
  body: unknown;
}

/** Puts sealed bytes under their hash. */
export async function putBlob(sha256: string, sealed: Blob, progress: Progress, signal: AbortSignal): Promise<void> {
  const answer = await inSession(
    (secret) => put(sha256, sealed, secret, progress, signal),
    ({ status, body }) => Promise.resolve(status === 401 && problemFrom(401, body).type === 'signed-out'),
  );
  if (answer.status >= 300) throw refusal(answer.status, answer.body, answer);
}

function put(
  sha256: string,
  sealed: Blob,
  secret: string | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<Put> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener('abort', abort, { once: true });
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort);
      finish();
    };
    request.upload.onprogress = (event) => progress(event.loaded, sealed.size);
    request.onload = () => settle(() => resolve({ status: request.status, body: parsed(request.responseText) }));
    request.onerror = () => settle(() => reject(new Unreachable('upload failed')));
    request.onabort = () => settle(() => reject(new DOMException('cancelled', 'AbortError')));
    request.open('PUT', `/api/v1/blobs/${sha256}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(authorization(secret))) request.setRequestHeader(name, value);
    request.send(sealed);
  });
}

/** How much of a download is held in memory before it is handed to the browser's blob store, which may use the disk. */
const PIECE = 4 * 1024 * 1024;

/** Gets a sealed file of a delivery. */
export async function getFile(
  delivery: string,
  sha256: string,
  size: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<Blob> {
  const url = `/api/v1/deliveries/${delivery}/files/${sha256}`;
  const ask = (secret: string | undefined) =>
    fetch(url, { credentials: credentials(), headers: authorization(secret), signal });
  const response = await inSession(ask, isSignedOut).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new Unreachable('no answer', { cause });
  });
  if (!response.ok) throw refusal(response.status, parsed(await response.text()), response);
  if (!response.body) return response.blob();

  const reader = response.body.getReader();
  const pieces: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  let done = 0;
  for (;;) {
    const step = await reader.read().catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new Unreachable('download failed', { cause });
    });
    if (step.done) break;
    chunks.push(step.value);
    held += step.value.length;
    done += step.value.length;
    progress(done, size);
    if (held >= PIECE) {
      pieces.push(new Blob(chunks));
      chunks = [];
      held = 0;
    }
  }
  return new Blob([...pieces, ...chunks]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
