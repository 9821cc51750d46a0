// Every text a person sees comes from here, by a typed key.
import { en } from './en';

export type Catalogue = typeof en;
export type TextKey = keyof Catalogue;

/** A text, or one form of it for each plural category that the language has. */
export type Text = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type NamesOf<T> = T extends string ? Names<T> : { [Form in keyof T]: Names<T[Form]> }[keyof T];

/** The values that a text asks for; a plural one always asks for the number `n`. */
export type Values<Key extends TextKey> = Record<
  NamesOf<Catalogue[Key]> | (Catalogue[Key] extends string ? never : 'n'),
  string | number
>;

type Arguments<Key extends TextKey> = [keyof Values<Key>] extends [never] ? [] : [Values<Key>];

export const locale = 'en';

const plurals = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);

/** Puts values into a text, numbers in the language's own writing. */
export function fill(text: Text, values: Record<string, string | number>): string {
  const n = values['n'];
  const form = typeof text === 'string' ? text : (text[plurals.select(Number(n))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? numbers.format(value) : value;
  });
}

/** The text of a key. */
export function t<Key extends TextKey>(key: Key, ...[values]: Arguments<Key>): string {
  return fill(en[key], (values as Record<string, string | number> | undefined) ?? {});
}
