// Every text comes from the catalogue, and everything in the catalogue is used.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type AST } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';
import { fill, t } from '.';
import { kinds } from '../api/problem';
import { en } from './en';

const src = join(import.meta.dirname, '..');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.(?:ts|svelte)$/.test(path) && !path.includes('vault/module/'),
);
const components = files.filter((path) => path.endsWith('.svelte'));
const read = (path: string) => readFileSync(join(src, path), 'utf8');

/** Attributes that a person reads or hears. */
const SPOKEN = new Set(['title', 'alt', 'placeholder', 'aria-label', 'aria-description', 'label', 'value']);

function literals(node: unknown, found: string[] = [], attribute?: string): string[] {
  if (Array.isArray(node)) for (const each of node) literals(each, found, attribute);
  else if (typeof node === 'object' && node !== null) {
    const typed = node as Partial<AST.SvelteNode>;
    if (typed.type === 'StyleSheet') return found;
    if (typed.type === 'Text' && /\p{L}/u.test(typed.data ?? '') && (!attribute || SPOKEN.has(attribute))) {
      found.push((typed.data ?? '').trim());
    }
    const within = typed.type === 'Attribute' ? typed.name : attribute;
    for (const [key, value] of Object.entries(node)) if (key !== 'parent') literals(value, found, within);
  }
  return found;
}

describe('components', () => {
  it.each(components)('%s holds no text of its own', (path) => {
    const { fragment } = parse(read(path), { modern: true });
    // A radio button's value is a name of the API, not a text.
    expect(literals(fragment)).toEqual([]);
  });

  it.each(components)('%s is short', (path) => {
    expect(read(path).split('\n').length).toBeLessThanOrEqual(300);
  });
});

describe('catalogue', () => {
  const code = files
    .filter((path) => !path.startsWith('text/en/') && !path.endsWith('.test.ts'))
    .map(read)
    .join('\n');
  const exact = new Set([...code.matchAll(/'([a-z][\w.-]+)'/g)].map(([, key]) => key));
  const composed = [...code.matchAll(/`([a-z][\w.-]*\.)\$\{[^}]+\}([\w.-]*)`/g)].map(([, start, end]) => ({
    start,
    end,
  }));

  it('has nothing that is not used', () => {
    const unused = Object.keys(en).filter(
      (key) =>
        !exact.has(key) && !composed.some(({ start, end }) => key.startsWith(start ?? ' ') && key.endsWith(end ?? '')),
    );
    expect(unused).toEqual([]);
  });

  it('has a sentence for every problem of the portal', () => {
    for (const kind of kinds) expect(en).toHaveProperty([`problem.${kind}`]);
    const document = JSON.parse(read('api/openapi.json')) as {
      components: { schemas: { ProblemType: { enum: string[] } } };
    };
    expect([...kinds].sort()).toEqual(document.components.schemas.ProblemType.enum.sort());
  });

  it('has a sentence for every refusal of the vault', () => {
    const codes = read('../../crates/vault/src/error.rs').matchAll(/=> "([a-z-]+)"/g);
    for (const [, code] of codes) {
      if (code !== 'wrong-password') expect(en).toHaveProperty([`vault.${code}`]);
    }
  });

  it('has a sentence for everything that a portal may lie about recipients', () => {
    const codes = [...read('../../crates/vault/src/readers/error.rs').matchAll(/=> "([a-z-]+)"/g)].map(
      ([, code]) => code,
    );
    // The one is asked about, the other is found out.
    for (const code of codes.filter((each) => each !== 'keys-changed' && each !== 'former-needed')) {
      expect(en).toHaveProperty([`compose.lie.${code}`]);
    }
    expect(codes.length).toBeGreaterThan(8);
  });

  it('has no empty text and no text with blanks around it', () => {
    for (const text of Object.values(en).flatMap((each) => (typeof each === 'string' ? [each] : Object.values(each)))) {
      expect(text.trim()).toBe(text);
      expect(text).not.toBe('');
    }
  });
});

describe('t', () => {
  it('chooses the plural form and writes numbers in the language', () => {
    expect(t('mailbox.files', { n: 1 })).toBe('1 file');
    expect(t('mailbox.files', { n: 1200 })).toBe('1,200 files');
  });

  it('puts values in, and nothing that a value says', () => {
    expect(t('app.title', { page: '{portal}', portal: 'Clinic' })).toBe('{portal} · Clinic');
    expect(fill('{a} {b}', { a: '$&' })).toBe('$& {b}');
  });
});
