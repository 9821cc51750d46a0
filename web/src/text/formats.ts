// Dates, sizes and fingerprints in the words and signs of the language.
import { locale, t } from '.';

const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat(locale, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** A time as a list shows it: the shorter, the nearer. */
export function shortTime(at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  const midnight = new Date(today.getFullYear(), today.getMonth(), today.getDate()).getTime();
  if (at >= midnight) return time.format(date);
  if (at >= midnight - 6 * 86_400_000) return weekday.format(date);
  return date.getFullYear() === today.getFullYear() ? day.format(date) : dayOfYear.format(date);
}

export function fullTime(at: number): string {
  return full.format(new Date(at));
}

/** A day, given as `2026-11-25`, wherever one is when reading it. */
export function dayText(date: string): string {
  const [year = 0, month = 1, dayOfMonth = 1] = date.split('-').map(Number);
  return dayOfYear.format(new Date(year, month - 1, dayOfMonth));
}

/** A size in decimal units, with two or three digits that matter. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return t('size.bytes', { n: bytes });
  const units = [
    [1e9, 'size.gigabytes'],
    [1e6, 'size.megabytes'],
    [1e3, 'size.kilobytes'],
  ] as const;
  const [unit, key] = units.find(([least]) => bytes >= least * 0.9995) ?? [1e3, 'size.kilobytes'];
  const n = bytes / unit;
  return t(key, { n: n < 10 ? Math.round(n * 10) / 10 : Math.round(n) });
}

/** How long to wait, rounded up: nobody is to come too early. */
export function waitText(seconds: number): string {
  if (seconds < 90) return t('wait.seconds', { n: Math.ceil(seconds) });
  if (seconds < 90 * 60) return t('wait.minutes', { n: Math.ceil(seconds / 60) });
  return t('wait.hours', { n: Math.ceil(seconds / 3600) });
}

/** A fingerprint in groups of four digits, to be read aloud. */
export function fingerprintGroups(fingerprint: string): string[] {
  return fingerprint.toUpperCase().match(/.{1,4}/g) ?? [];
}

/**
 * The name that a message is signed with, where that is another than the registered one. Who it is from is told by the
 * registered name: what a message calls its sender is the sender's word.
 */
export function otherName(signed: string | undefined, registered: string | null | undefined): string | undefined {
  const words = (name: string) => name.trim().split(/\s+/u).join(' ');
  const name = words(signed ?? '');
  return name && name !== words(registered ?? '') ? name : undefined;
}

/** How a person is called: by name where one is known. */
export function personName(person: { name?: string | null; address: string }): string {
  return person.name?.trim() || person.address;
}
