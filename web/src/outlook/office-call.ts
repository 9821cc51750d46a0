// One call to Office as a promise, with errors that can be told apart.

/**
 * - `too-old`: this Outlook lacks the call.
 * - `refused`: Outlook would not do it.
 * - `in-cloud`: the file is a link to somewhere else, and its content cannot be had.
 */
export type OfficeErrorCode = 'too-old' | 'refused' | 'in-cloud';

/** `cause` holds what Outlook said: for a developer, in its words and language, never for the page. */
export class OfficeError extends Error {
  override name = 'OfficeError';

  constructor(
    readonly code: OfficeErrorCode,
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}

/** Starts a call, and gives what its callback is told. */
export function called<Value>(start: (callback: (result: Office.AsyncResult<Value>) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    try {
      start((result) => {
        if (result.status === Office.AsyncResultStatus.Succeeded) resolve(result.value);
        else reject(new OfficeError('refused', result.error));
      });
    } catch (error) {
      // Some refusals are thrown instead of told, and not by every Outlook the same.
      reject(new OfficeError('refused', error));
    }
  });
}

/** Where the page stands. Outside Outlook it is not there, or lacks most of what its type says. */
export function context(): Partial<Office.Context> {
  return typeof Office === 'undefined' ? {} : ((Office.context as Partial<Office.Context> | undefined) ?? {});
}

/** Whether this Outlook has the calls of a requirement set. */
export function has(set: string, version: string): boolean {
  return context().requirements?.isSetSupported(set, version) ?? false;
}

/** @throws `OfficeError` where this Outlook lacks the calls of this version of the set "Mailbox". */
export function need(version: string): void {
  if (!has('Mailbox', version)) throw new OfficeError('too-old');
}
