// Files are sealed and opened slice by slice, so that memory stays bounded whatever their size.
import type { FileRef, SealedFile } from './protocol';

/** Reports progress and lets other work in; throws when the work was cancelled. */
export type Step = (done: number, total: number) => Promise<void>;

type Read = (offset: number, length: number) => Uint8Array;

interface Sealer {
  next(): Uint8Array | undefined;
  finish(): FileRef & { sealedSize: number };
  free(): void;
}

interface Opener {
  next(): Uint8Array | undefined;
  free(): void;
}

/** What is gathered before it is handed to the browser's blob store, which may keep it on disk. */
const PIECE = 4 * 1024 * 1024;

/** Only workers have it, and the compiler is told of pages. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };

/** Reads a blob where the module asks for it, which it does synchronously. */
function readerOf(blob: Blob, onRead: (end: number) => void): Read {
  const reader = new FileReaderSync();
  return (offset, length) => {
    const end = Math.min(offset + length, blob.size);
    onRead(end);
    return new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, end)));
  };
}

/** Everything `source` gives, as one blob that is not held in this worker's memory. */
async function gather(
  source: { next(): Uint8Array | undefined },
  position: () => number,
  total: number,
  step: Step,
  type: string,
): Promise<Blob> {
  const pieces: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  for (let chunk = source.next(); chunk; chunk = source.next()) {
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
    held += chunk.length;
    if (held < PIECE) continue;
    pieces.push(new Blob(chunks));
    chunks = [];
    held = 0;
    await step(position(), total);
  }
  return new Blob([...pieces, ...chunks], { type });
}

export async function sealFile(file: File, make: (read: Read) => Sealer, step: Step): Promise<SealedFile> {
  let position = 0;
  const sealer = make(readerOf(file, (end) => (position = end)));
  let sealed: Blob;
  try {
    sealed = await gather(sealer, () => position, file.size, step, 'application/octet-stream');
  } catch (error) {
    sealer.free();
    throw error;
  }
  // Uses the sealer up.
  const { name, mediaType, size, sha256, key } = sealer.finish();
  return { file: { name, mediaType, size, sha256, key }, sealed };
}

export async function openFile(blob: Blob, make: (read: Read) => Opener, step: Step): Promise<Blob> {
  let position = 0;
  const opener = make(readerOf(blob, (end) => (position = end)));
  try {
    // Never under the sender's media type: a blob: page of this origin must not become a document.
    return await gather(opener, () => position, blob.size, step, 'application/octet-stream');
  } finally {
    opener.free();
  }
}
