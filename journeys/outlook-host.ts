// Outlook on the web as far as the add-in sees it: another site than the portal's, with a frame for the pane. Its page is the
// demonstration's stand-in, put in place of Microsoft's; the ribbon is what the portal's own manifest says.
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type FrameLocator, type Locator, type Page, type Route } from '@playwright/test';
import type { Email } from 'postal-mime';

const BUNDLE = resolve(import.meta.dirname, '../web/dist');

export const OUTLOOK = 'https://outlook.office.com';
export const OFFICE_JS = 'https://appsforoffice.microsoft.com/lib/1/hosted/office.js';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** A message being written in Outlook. Addresses are parted by commas; a body with `html` is rich. */
export interface DraftWritten {
  to?: string;
  cc?: string;
  bcc?: string;
  subject?: string;
  html?: string;
  text?: string;
  files?: { name: string; content: string; format: 'base64' | 'eml' | 'iCalendar' | 'url'; inline?: boolean }[];
}

/** What `window.standIn` of the page takes: web/src/stand-in/main.ts. */
interface StandIn {
  receive(mail: { to: string; from: string; subject: string; date: string; text: string; html: string }): void;
  write(draft: DraftWritten): void;
}

export class OutlookHost {
  private constructor(readonly page: Page) {}

  /** Opens Outlook in a page of a person's browser. */
  static async open(page: Page, portal: { url: string }): Promise<OutlookHost> {
    const context = page.context();
    // What browsers ask a person who lets a site on the internet into the local network, where the portal is in a test.
    await context.grantPermissions(['local-network-access'], { origin: OUTLOOK });
    await context.route(`${OUTLOOK}/**`, (route) => answer(route, portal.url));
    await context.route(OFFICE_JS, (route) => fulfil(route, 'demo/outlook/office.js'));
    await page.goto(`${OUTLOOK}/demo/outlook.html`);
    const outlook = new OutlookHost(page);
    await expect(outlook.button('Secure Webmail')).toBeVisible();
    return outlook;
  }

  /** A mail comes into the basic inbox of `to`, and is opened. */
  async receive(to: string, email: Email): Promise<void> {
    const { from, subject = '', date = new Date().toISOString(), text = '', html = '' } = email;
    const mail = { to, from: `${from?.name ?? ''} <${from?.address ?? ''}>`, subject, date, text, html };
    await this.page.evaluate((given) => (window as unknown as { standIn: StandIn }).standIn.receive(given), mail);
    await expect(this.page.getByRole('heading', { name: subject, exact: true })).toBeVisible();
  }

  /** A person begins to write an ordinary message. */
  async write(draft: DraftWritten): Promise<void> {
    await this.page.evaluate((given) => (window as unknown as { standIn: StandIn }).standIn.write(given), draft);
    await expect(this.written()).toBeVisible();
  }

  /** Presses a button of the tab "Secure Messaging". */
  async press(label: string): Promise<void> {
    await this.page.bringToFront();
    await this.button(label).click();
    // The focus goes there first, and into the pane once that has come up.
    await expect(this.page.getByRole('heading', { name: label, exact: true })).toBeVisible();
  }

  /** No violation of accessibility in the page, nor in the pane: each by itself, as a person is in one or the other. */
  async findsAccessible(what: string): Promise<void> {
    const parts = [new AxeBuilder({ page: this.page }).exclude('iframe'), new AxeBuilder({ page: this.page }).include(['iframe', 'html'])];
    for (const part of parts) {
      const { violations } = await part.analyze();
      const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ target }) => target.join(' ')) }));
      expect(found, `accessibility of ${what}`).toEqual([]);
    }
  }

  async closePane(): Promise<void> {
    await this.page.getByRole('button', { name: 'Close the add-in' }).click();
    await expect(this.page.locator('iframe')).toHaveCount(0);
  }

  button(label: string): Locator {
    return this.page.getByRole('region', { name: 'Secure Messaging' }).getByRole('button', { name: label, exact: true });
  }

  pane(): FrameLocator {
    return this.page.frameLocator('iframe');
  }

  /** The form of the message being written. */
  written(): Locator {
    return this.page.getByRole('form', { name: 'New mail' });
  }

  /** What Outlook's server has of messages that were written, newest first: what stayed of them. */
  drafts(): Locator {
    return this.page.getByRole('region', { name: 'Drafts', exact: true }).getByRole('listitem');
  }
}

async function answer(route: Route, portal: string): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (pathname === '/outlook/manifest.xml') {
    const manifest = await fetch(portal + pathname);
    await route.fulfill({ status: manifest.status, contentType: 'text/xml', body: await manifest.text() });
  } else if (pathname === '/demo/basic-mail.json') {
    // A demonstration's mails: here they come from a mail system.
    await route.fulfill({ contentType: 'application/json', body: '[]' });
  } else if (pathname.startsWith('/demo/') && extname(pathname) in TYPES) await fulfil(route, pathname.slice(1));
  else await route.fulfill({ status: 404 });
}

async function fulfil(route: Route, path: string): Promise<void> {
  const body = await readFile(resolve(BUNDLE, path));
  await route.fulfill({ contentType: TYPES[extname(path)] ?? '', body });
}
