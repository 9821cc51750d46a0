// A search that finds nothing proves something only if it would have found it.
import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { search } from './search';

const WORD = 'quietRiverCarriesLetters';

let folder = '';
test.beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'restante-search-'))));
test.afterEach(() => rmSync(folder, { recursive: true }));

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const lines = (text: string) => text.replace(/.{20}/g, '$&\r\n');

const disguises: [string, (text: string) => string | Buffer][] = [
  ['as it is', (text) => text],
  ['as UTF-16, little end first', (text) => Buffer.from(text, 'utf16le')],
  ['as UTF-16, big end first', utf16be],
  ['in hexadecimal', (text) => Buffer.from(text).toString('hex')],
  ['in capital hexadecimal', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in base64 for addresses', (text) => Buffer.from(text).toString('base64url')],
  ['in base64 broken into lines', (text) => lines(Buffer.from(text).toString('base64'))],
  ['in quoted-printable broken into lines', (text) => text.replace(/.{20}/g, '$&=\n')],
];

for (const [how, disguise] of disguises) {
  test(`a word is found ${how}, wherever it begins`, () => {
    for (const before of ['', 'a', 'ab', 'abc']) {
      writeFileSync(join(folder, 'leak'), disguise(`${before}${WORD}, and more`));
      expect(search(folder, [WORD])).not.toEqual([]);
      writeFileSync(join(folder, 'leak'), disguise(`${before}${WORD.slice(1)}, and more`));
      expect(search(folder, [WORD])).toEqual([]);
    }
  });
}

test('a word is found in the name of a file in a folder', () => {
  writeFileSync(join(folder, `${WORD}.txt`), '');
  expect(search(folder, [WORD])).toHaveLength(1);
});
