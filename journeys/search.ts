// Searches folders of files for words in every form in which they could have leaked.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Found {
  word: string;
  form: string;
  file: string;
}

interface Form {
  name: string;
  bytes: Buffer;
}

/** Long files have no line breaks inserted into them by a mail system. */
const UNFOLDED_UP_TO = 4 * 1024 * 1024;

export function formsOf(word: string): Form[] {
  const utf8 = Buffer.from(word);
  const utf16 = Buffer.from(word, 'utf16le');
  const hex = utf8.toString('hex');
  const forms: Form[] = [
    { name: 'UTF-8', bytes: utf8 },
    { name: 'UTF-16LE', bytes: utf16 },
    { name: 'UTF-16BE', bytes: Buffer.from(utf16).swap16() },
    { name: 'hex', bytes: Buffer.from(hex) },
    { name: 'HEX', bytes: Buffer.from(hex.toUpperCase()) },
  ];
  // What base64 makes of a word depends on where in a group of three bytes it begins.
  for (const before of [0, 1, 2]) {
    for (const alphabet of ['base64', 'base64url'] as const) {
      const encoded = Buffer.concat([Buffer.alloc(before), utf8]).toString(alphabet);
      const own = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + utf8.length) * 8) / 6));
      forms.push({ name: `${alphabet} at ${before}`, bytes: Buffer.from(own) });
    }
  }
  return forms;
}

/** Every place below `folder` where one of the words stands in some form, in a file's content or in its name. */
export function search(folder: string, words: string[]): Found[] {
  const wanted = words.map((word) => ({ word, forms: formsOf(word) }));
  const found: Found[] = [];
  for (const file of filesBelow(folder)) {
    const content = readFileSync(file);
    const texts: Buffer[] = [content, Buffer.from(file)];
    if (content.length <= UNFOLDED_UP_TO) texts.push(unfolded(content));
    for (const { word, forms } of wanted) {
      for (const { name, bytes } of forms) {
        if (texts.some((text) => text.includes(bytes))) found.push({ word, form: name, file });
      }
    }
  }
  return found;
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Without the line breaks that base64 and quoted-printable put into words. */
function unfolded(content: Buffer): Buffer {
  return Buffer.from(content.toString('latin1').replace(/=?\r?\n/g, ''), 'latin1');
}
