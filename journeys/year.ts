// What happened before a journey begins: people registered and wrote, on days gone by.
import { expect } from '@playwright/test';
import { linkIn, newestOf } from './basic-mail';
import { word } from './journey';
import { sha256Of, type Person } from './person';
import type { Portal } from './portal';

const DAY = 86_400_000;

/** A message as it must be found again. */
export interface Kept {
  subject: string;
  text: string;
  file?: { name: string; hash: string };
}

/** A Professional whom the administrator invited, registered on the day that the portal believes it is. */
export async function registered(portal: Portal, person: Person): Promise<void> {
  await portal.command('invite', '--kind', 'professional', person.address);
  await registersFromMail(portal, person);
}

/** Somebody who follows the one mail they got, and registers. */
export async function registersFromMail(portal: Portal, person: Person): Promise<void> {
  await person.page.clock.setSystemTime(Date.now() - portal.daysAgo * DAY);
  await person.page.goto(linkIn(await newestOf(person.address, 1), portal.url));
  await person.registers();
}

/** The days gone by are over. */
export async function today(portal: Portal, ...people: Person[]): Promise<void> {
  await portal.travelsTo(0);
  for (const { page } of people) await page.clock.setSystemTime(Date.now());
}

export function message(subject: string): Kept {
  return { subject: `${subject} ${word(8)}`, text: `It says ${word(12)}.` };
}

/** A folder holds these and nothing else, and each opens. */
export async function findsAll(person: Person, folder: 'Inbox' | 'Sent', kept: Kept[]): Promise<void> {
  await person.goesTo(folder);
  await expect(person.lines(folder)).toHaveCount(kept.length);
  for (const one of kept) await finds(person, one);
}

/** A message in the list that is shown opens, with its file. */
export async function finds(person: Person, { subject, text, file }: Kept): Promise<void> {
  await person.opens(subject, text);
  if (file) expect(await person.downloads(file.name)).toBe(file.hash);
}

/** Somebody writes from the command line. */
export async function writes(portal: Portal, from: Person, to: Person[], what: Kept, file?: string): Promise<Kept> {
  const words = to.flatMap(({ address }) => ['--to', address]);
  const files = file ? ['--file', file] : [];
  await portal.as(from, 'send', ...words, '--subject', what.subject, '--text', what.text, ...files);
  if (!file) return what;
  return { ...what, file: { name: file.replace(/.*\//, ''), hash: await sha256Of(file) } };
}
