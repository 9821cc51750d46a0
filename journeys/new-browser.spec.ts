// Strangers try an address without end, and its owner comes with a browser that never signed in before. She asks for a link,
// opens it from her basic inbox, and signs in at once.
import { expect } from '@playwright/test';
import { linkIn, newestOf } from './basic-mail';
import { test } from './journey';
import { Person } from './person';
import { registered } from './year';

/** How far the strangers' tries are apart: some 33 a second, as in the case from the field. */
const BETWEEN_TRIES_MS = 30;

const SIGN_INS = '/api/v1/sign-ins';

test('the owner of an address signs in from a new browser while strangers try it', async ({
  portal,
  somebody,
  browser,
}) => {
  const anna = await somebody('Anna Berger', 'example.test');
  const stranger = await somebody('Eve Fremd', 'evil.test');
  await registered(portal, anna);
  const there = await Person.arrive(await browser.newContext(), anna);
  const slowed = there.page.getByText('Too many attempts.');
  const ask = there.page.getByRole('button', { name: 'Send me a link to sign in from this browser' });
  let first = '';

  // What a wrong password in a browser sends, over and over.
  await stranger.page.goto(portal.url);
  await stranger.page.getByLabel('Email address').fill(anna.address);
  await stranger.page.getByLabel('Password', { exact: true }).fill('not her password');
  await stranger.page.getByRole('button', { name: 'Sign in' }).click();
  await expect(stranger.page.getByText('The address or the password is wrong')).toBeVisible();
  const flood = floods(`${portal.recorder.portal}${SIGN_INS}`, portal.recorder.bodyOf('POST', SIGN_INS));
  await expect.poll(flood.refused, { message: 'tries that have to wait' }).toBeGreaterThan(30);

  await test.step('her new browser waits, and is offered a link', async () => {
    const { page } = there;
    await page.goto(portal.url);
    await tries(there);
    await expect(slowed).toBeVisible();
    await there.findsAccessible('the sign-in that is slowed down');
    // By the keyboard.
    await ask.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText(`If ${anna.address} has a Secure Account`)).toBeVisible();
    await there.findsAccessible('the sign-in after a link was asked for');
  });

  await test.step('the page behind the link waits for a click, and leads on to the sign-in', async () => {
    const { page } = there;
    first = linkIn(await newestOf(anna.address, 1, 'device'), portal.url);
    await page.goto(first);
    await expect(page.getByRole('heading', { name: 'Sign in from this browser' })).toBeVisible();
    await expect(page.getByText(anna.address)).toBeVisible();
    await there.findsAccessible('the page behind the link');
    const devices = await page.context().cookies();
    expect(devices.filter(({ name }) => name.includes('device')), 'before the click').toEqual([]);
    await page.getByRole('button', { name: 'Go on to sign in from this browser' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText('This browser is known to your account now')).toBeVisible();
    await expect(page.getByLabel('Email address')).toHaveValue(anna.address);
    await there.findsAccessible('the sign-in of a browser that is known');
  });

  await test.step('she signs in at once, while the strangers go on', async () => {
    const before = flood.refused();
    await there.page.getByLabel('Password', { exact: true }).fill(there.password);
    await there.page.getByRole('button', { name: 'Sign in' }).click();
    await there.seesInbox();
    expect(flood.refused()).toBeGreaterThan(before);
  });

  await test.step('the link worked once, and says what to do', async () => {
    const other = await Person.arrive(await browser.newContext(), anna);
    await other.page.goto(first);
    await expect(other.page.getByRole('heading', { name: 'This link does not work, or not any more' })).toBeVisible();
    await other.findsAccessible('the page behind a link that was used');
    await other.page.getByRole('link', { name: 'Go to sign-in' }).click();
    await tries(other);
    await expect(other.page.getByText('Too many attempts.')).toBeVisible();
  });

  await test.step('an address that nobody has is answered alike', async () => {
    const { page } = stranger;
    const unknown = `nobody@${anna.address.split('@')[1]}`;
    await page.getByLabel('Email address').fill(unknown);
    await page.getByLabel('Password', { exact: true }).fill('not a password either');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('Too many attempts.')).toBeVisible();
    await page.getByRole('button', { name: 'Send me a link to sign in from this browser' }).click();
    await expect(page.getByText(`If ${unknown} has a Secure Account`)).toBeVisible();
  });
  await flood.stop();
});

async function tries(person: Person): Promise<void> {
  await person.page.getByLabel('Email address').fill(person.address);
  await person.page.getByLabel('Password', { exact: true }).fill(person.password);
  await person.page.getByRole('button', { name: 'Sign in' }).click();
}

/** Sends the same over and over, until it is told to stop. */
function floods(url: string, body: string) {
  let refused = 0;
  const underWay = new Set<Promise<void>>();
  const headers = { 'content-type': 'application/json' };
  const timer = setInterval(() => {
    const one = fetch(url, { method: 'POST', headers, body })
      .then((answer) => {
        if (answer.status === 429) refused += 1;
      })
      // The portal of a journey that failed is gone.
      .catch(() => undefined)
      .finally(() => underWay.delete(one));
    underWay.add(one);
  }, BETWEEN_TRIES_MS);
  return {
    refused: () => refused,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}
