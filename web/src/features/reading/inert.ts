// The client's own code makes markup of text here alone, and only for where no script runs: documents that are parsed and
// never shown, and the sandbox that a letter stands in. The pages' policy holds browsers to it (Trusted Types): there is no
// default, so that any other place where text would become markup or a script's address fails.
import type { Config } from 'dompurify';

type Policy = NonNullable<Config['TRUSTED_TYPES_POLICY']>;

interface PolicyFactory {
  createPolicy: (name: string, rules: { createHTML: (text: string) => string }) => Policy;
}

const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };

/** Where a browser knows Trusted Types. For the sanitiser, which parses what it is given in a document of its own. */
export const inertPolicy = trustedTypes?.createPolicy('inert-html', { createHTML: (text) => text });

/** A text as a parser takes it, or the sandbox. Of the browser's own type for it TypeScript's DOM does not know. */
export function inert(text: string): string {
  return (inertPolicy?.createHTML(text) ?? text) as string;
}
