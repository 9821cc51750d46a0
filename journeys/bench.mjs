// What a browser fetches, and how soon somebody reads: `bench` starts this beside a portal and reads what it prints.
//
// usage: node journeys/bench.mjs PORTAL ADDRESS PASSWORD
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';

const TIMES = 10;
const [portal, address, password] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

/** Milliseconds until it is done. */
async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const arrives = async (page) => {
  await page.goto(`${portal}/sign-in`, { waitUntil: 'commit' });
  await page.getByLabel('Email address').waitFor();
};

/** A subject stands on the page only once its cover was opened and its signature verified. */
const reads = (page) => page.locator('[data-message] .subject:not(.broken)').first().waitFor();

async function signsIn(page) {
  await page.getByLabel('Email address').fill(address);
  await page.getByLabel('Password', { exact: true }).fill(password);
  return timed(async () => {
    await page.getByRole('button', { name: 'Sign in' }).click();
    await reads(page);
  });
}

/** The web client's own files among everything that is fetched until the Inbox can be read. */
async function firstLoad() {
  const context = await browser.newContext();
  const answers = new Map();
  context.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.startsWith('/api/')) answers.set(pathname, response);
  });
  const page = await context.newPage();
  await arrives(page);
  await signsIn(page);
  await page.waitForLoadState('networkidle');
  const files = [];
  for (const [path, response] of answers) {
    // The address of a page is no file: its body is index.html's.
    const name = /\.\w+$/.test(path) ? path : '/index.html';
    const answer = await fetch(new URL(path, portal), { headers: { 'accept-encoding': 'identity' } });
    const plain = Buffer.from(await answer.arrayBuffer());
    const { responseBodySize } = await response.request().sizes();
    files.push({
      name,
      plain: plain.length,
      gzip: gzipSync(plain, { level: 9 }).length,
      brotli: brotliCompressSync(plain).length,
      sent: responseBodySize,
    });
  }
  await context.close();
  return files;
}

const signInPage = [];
const signedIn = [];
const reloaded = [];

/** Somebody with an empty cache arrives, signs in, and reloads the page. */
async function visit() {
  const context = await browser.newContext();
  const page = await context.newPage();
  signInPage.push(await timed(() => arrives(page)));
  signedIn.push(await signsIn(page));
  reloaded.push(
    await timed(async () => {
      await page.reload({ waitUntil: 'commit' });
      await reads(page);
    }),
  );
  await context.close();
}

const load = await firstLoad();
for (let time = 0; time < TIMES; time += 1) await visit();
const told = { browser: `Chromium ${browser.version()}`, firstLoad: load, signInPage, signedIn, reloaded };
await browser.close();
process.stdout.write(JSON.stringify(told));
