// A mail scanner that opens the links of mails in a browser, where nobody is signed in, fills every field with junk, and
// presses all that can be pressed. What that may come to stands in docs/threat-model.md: it ends requests and sessions,
// which can be asked for and begun again; it adds no address, and gets into no account.
import { expect, type Browser } from '@playwright/test';
import { linkIn, newestOf } from './basic-mail';
import { test } from './journey';
import type { Person } from './person';
import { message, registered, writes } from './year';

/** How often it presses each button: more often than the three wrong numbers that a request takes. */
const TRIES = 4;

test('a mail scanner that presses every button adds no address and gets into no account', async ({
  portal,
  somebody,
  browser,
}) => {
  const anna = await somebody('Anna Berger', 'example.test');
  const ben = await somebody('Ben Muster', 'partner.test');
  const there = await somebody('Anna Neu', 'moved.test');
  const elsewhere = await somebody('Anna Neuer', 'moved.test');
  await registered(portal, anna);
  await registered(portal, ben);
  const letter = await writes(portal, anna, [ben], message('For Ben alone'));
  const account = (of: Person) => portal.command('--json', 'account', 'show', of.address);
  const confirming = () => portal.recorder.exchanges.filter(({ path }) => path === '/api/v1/claims/confirm');
  /** Claims an address, for the `time`-th time; gives its link, and four digits that are not its number. */
  const claims = async (address: string, time: number) => {
    const number = await anna.addsAlias(address);
    const link = linkIn(await newestOf(address, time, 'confirm'), portal.url);
    return { link, junk: number === '0000' ? '1111' : '0000' };
  };

  await test.step('an address that nobody has: three wrong numbers end the request, whoever types them', async () => {
    const { link, junk } = await claims(there.address, 1);
    expect(await scan(browser, link, junk, /^Confirm/)).toBe('This request has ended');
    expect(confirming().length, 'numbers that counted').toBe(3);
    await expect(anna.aliasRow(there.address)).toHaveCount(0);
  });

  await test.step('the same, asked for again: “This wasn’t me” takes no more than the link, and ends it', async () => {
    const { link, junk } = await claims(there.address, 2);
    expect(await scan(browser, link, junk)).toBe('The request has ended');
    await expect(anna.aliasRow(there.address)).toHaveCount(0);
  });

  await test.step('an address with an account: characters that are wrong change nothing, and the request stands', async () => {
    const before = await account(ben);
    const { link, junk } = await claims(ben.address, 1);
    const tried = () => portal.recorder.count('POST', /^\/api\/v1\/sign-ins$/);
    const triedBefore = tried();
    expect(await scan(browser, link, junk, /^Confirm/)).toBe('Confirm an Email Alias');
    expect(tried() - triedBefore, 'passwords that were given to anybody').toBe(0);
    await expect(anna.aliasRow(ben.address)).toContainText('Pending');
    expect(await scan(browser, link, junk)).toBe('The request has ended');
    await expect(anna.aliasRow(ben.address)).toHaveCount(0);
    expect(await account(ben)).toBe(before);
    await ben.goesTo('Inbox');
    await ben.opens(letter.subject, letter.text);
  });

  await test.step('nothing was confirmed, and the claimant can see what became of it', async () => {
    expect(confirming().filter(({ status }) => status === 200)).toEqual([]);
    await anna.page.getByRole('link', { name: 'Account' }).click();
    const activity = anna.page.getByRole('region', { name: 'Activity' });
    await expect(activity).toContainText(`The request to add ${there.address} ended after three wrong numbers`);
    for (const { address } of [there, ben]) {
      await expect(activity).toContainText(`Whoever reads ${address} said “This wasn’t me”`);
    }
  });

  await test.step('the link of a security notice signs out, once, and takes nothing away', async () => {
    const { link } = await claims(there.address, 3);
    await anna.confirms(link);
    const notice = linkIn(await newestOf(anna.address, 1, 'alarm'), portal.url);
    await anna.addsAlias(elsewhere.address);
    await anna.goesTo('Inbox');
    expect(await scan(browser, notice, '0000')).toBe('Everybody is signed out');
    await expect(anna.page.getByLabel('Email address')).toBeVisible();
    await anna.signsIn();
    expect(await scan(browser, notice, '0000')).toBe('This was done already');
    await anna.opensAliasManagement();
    await expect(anna.aliasRow(anna.address)).toContainText('Master');
    await expect(anna.aliasRow(there.address)).toContainText('Alias');
    await expect(anna.aliasRow(elsewhere.address)).toHaveCount(0);
  });
});

/** Follows a link, fills in and presses what it has pressed least, until that is enough. Gives the heading it ends at. */
async function scan(browser: Browser, link: string, junk: string, presses = /./): Promise<string> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  const heading = page.getByRole('heading', { level: 1 });
  const tried = new Map<string, number>();
  for (;;) {
    await expect(heading).toBeVisible();
    await expect(page.locator('[aria-disabled="true"], progress')).toHaveCount(0);
    const dialog = page.getByRole('dialog');
    const before = (await dialog.isVisible()) ? dialog : page.getByRole('main');
    for (const field of await before.locator('input:not([readonly])').all()) await field.fill(junk);
    const names = await before.getByRole('button').allInnerTexts();
    const tries = (name: string) => tried.get(name) ?? 0;
    const [next] = names.filter((name) => presses.test(name)).sort((a, b) => tries(a) - tries(b));
    if (next === undefined || tries(next) === TRIES) break;
    tried.set(next, tries(next) + 1);
    await before.getByRole('button', { name: next, exact: true }).click();
  }
  const end = await heading.innerText();
  await context.close();
  return end;
}
