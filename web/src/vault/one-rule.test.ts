// The vault alone says whom a message is sealed to, and the worker alone holds the vault: read from the code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '..');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.(?:ts|svelte)$/.test(path) && !path.includes('vault/module/') && !path.endsWith('.test.ts'),
);
const read = (path: string) => readFileSync(join(src, path), 'utf8');
const holding = (what: RegExp) => files.filter((path) => what.test(read(path))).sort();

describe('whom a message is sealed to', () => {
  it('is decided in the worker, by the module', () => {
    // A test part has the worker in its own process; nothing but tests imports it.
    expect(holding(/vault_wasm/)).toEqual(['vault/module.d.ts', 'vault/worker-in-process.ts', 'vault/worker.ts']);
    expect(holding(/worker-in-process|workerInProcess/)).toEqual(['vault/worker-in-process.ts']);
    expect(holding(/\.(?:seal|keyPacketsFor|checkReaders)\(/)).toEqual(
      // The form's parts ask the worker, which asks the module.
      ['features/compose/sending.ts', 'vault/worker.ts'],
    );
    expect(holding(/'(?:seal|sealAgain|checkReaders)'/)).toEqual(['features/compose/send-parts.ts']);
  });

  it('is never a list that the page made', () => {
    const declared = read('vault/module.d.ts');
    for (const [, parameters] of declared.matchAll(/\b(?:seal|keyPacketsFor)\(([^)]*)\)/g)) {
      expect(parameters).toContain('readers: Readers');
      expect(parameters).not.toContain('Uint8Array');
    }
    for (const [, parameters] of read('vault/protocol.ts').matchAll(/\n {2}(?:seal|sealAgain)\(([^)]*)\)/g)) {
      expect(parameters).not.toMatch(/ertificate|Recipient|Addressee/);
    }
    // Nobody but the module makes readers.
    expect(holding(/new (?:module\.)?Readers\b/)).toEqual([]);
    expect(declared).not.toMatch(/class Readers \{[^}]*constructor/);
  });
});
