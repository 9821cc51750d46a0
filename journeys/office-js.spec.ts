// The pane with Microsoft's own office.js instead of the stand-in: what it loads and does must get past the pane's policy. It
// is here for this test alone; its licence lets nobody ship it.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';
import { test } from './journey';

const HOSTED = 'https://appsforoffice.microsoft.com/lib/1/hosted/';
const PACKAGE = resolve(import.meta.dirname, 'node_modules/@microsoft/office-js/dist');

test('the pane loads the real office.js, and says that it has to be opened in Outlook', async ({ page, portal }) => {
  const loaded: string[] = [];
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) refused.push(message.text());
  });
  await page.route(`${HOSTED}**`, async (route) => {
    const path = new URL(route.request().url()).pathname.slice(new URL(HOSTED).pathname.length);
    loaded.push(path);
    await route.fulfill({ contentType: 'text/javascript', body: await readFile(join(PACKAGE, path)) });
  });
  await page.goto(`${portal.url}/outlook/pane.html?show=accounts&manifest=1.0.0`);

  await expect(page.getByRole('heading', { name: 'This page belongs into Outlook' })).toBeVisible();
  expect(loaded).toContain('office.js');
  // It came up as far as it does without Outlook around it, and took the history away.
  expect(await page.evaluate(() => [typeof Reflect.get(window, 'Office'), history.pushState])).toEqual(['object', null]);
  // Of scripts nothing was refused. It may be without its own styles, and without the frame that reports to Microsoft.
  expect(refused.filter((text) => !/style-src|frame-src/.test(text))).toEqual([]);
});
