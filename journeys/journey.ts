// A test with a portal of its own, and people who come with browsers of their own.
import { expect, test as base, type BrowserContext, type BrowserContextOptions } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embedded, type Engine } from './engines';
import { Person } from './person';
import { Portal } from './portal';

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 3,
  isMobile: true,
  hasTouch: true,
};

interface Journey {
  engine: Engine;
  /** How many days ago the portal began. */
  daysAgo: number;
  portal: Portal;
  /** Somebody new: an address that nobody had before, and a password that nobody could guess. */
  somebody: (name: string, domain: string, browser?: BrowserContextOptions) => Promise<Person>;
}

export const test = base.extend<Journey>({
  engine: [embedded, { option: true }],
  daysAgo: [0, { option: true }],
  portal: async ({ engine, daysAgo }, use, info) => {
    const portal = await Portal.start(engine, daysAgo);
    await use(portal);
    await portal.stop();
    if (info.status === info.expectedStatus) portal.forget();
    else console.log(endOf(join(portal.home, 'logs/serve')));
  },
  somebody: async ({ browser }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    const violations: string[] = [];
    await use(async (name, domain, options) => {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      contexts.push(context);
      recordViolations(context, violations);
      const [first = ''] = name.toLowerCase().split(' ');
      return Person.arrive(context, { name, address: `${first}.${word(6)}@${domain}`, password: word(20) });
    });
    for (const context of contexts) await context.close();
    expect(violations, 'what the pages’ policy refused').toEqual([]);
  },
});

/** Writes down what the policy of a page refuses: whatever a browser calls by its name in the console, workers included. */
export function recordViolations(context: BrowserContext, violations: string[]): void {
  context.on('console', (message) => {
    if (/Content Security Policy|Trusted ?(Types|HTML|Script)/.test(message.text())) violations.push(message.text());
  });
}

/** What a log says last, without every statement of the database. */
function endOf(log: string): string {
  const lines = readFileSync(log, 'utf8').split('\n');
  return lines.filter((line) => !line.match(/sqlx|tower_http/)).slice(-40).join('\n');
}

/** Letters that stand nowhere else. */
export function word(letters = 24): string {
  const random = crypto.getRandomValues(new Uint8Array(letters));
  return Array.from(random, (byte) => String.fromCharCode(97 + (byte % 26))).join('');
}
