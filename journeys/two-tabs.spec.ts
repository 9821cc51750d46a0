// Two people share one browser: a family's computer, a reception desk. The page that is open for the first never writes
// with the second one's cookie, and says at once that somebody else signed in.
import { expect } from '@playwright/test';
import { linkIn, newestOf } from './basic-mail';
import { test } from './journey';
import { Person } from './person';
import { message, registered, registersFromMail, writes } from './year';

const SAYS_SO = 'Somebody else signed in in another window of this browser';

const BEGINNINGS = [
  ['registers', 'somebody registers in another tab of one browser'],
  ['signs in', 'somebody signs in in another tab of one browser'],
] as const;

for (const [begins, title] of BEGINNINGS) {
  test(title, async ({ portal, somebody }) => {
    test.setTimeout(300_000);
    const anna = await somebody('Anna Berger', 'example.test');
    const mum = await somebody('Maria Muster', 'partner.test');
    // At a browser of his own; in the other tab it is him too.
    const elsewhere = await somebody('David Muster', 'partner.test');
    const dad = Person.at(await mum.page.context().newPage(), elsewhere);
    await registered(portal, anna);
    const welcome = await writes(portal, anna, [mum, elsewhere], message('Welcome'));
    const written = message('Only from her');

    if (begins === 'signs in') {
      await registersFromMail(portal, elsewhere);
      // His tab stands at the sign-in page when hers is not signed in yet.
      await dad.page.goto(portal.url);
      await expect(dad.page.getByRole('button', { name: 'Sign in' })).toBeVisible();
    }

    await test.step('the first is writing, when the second comes', async () => {
      await registersFromMail(portal, mum);
      await mum.starts('New message');
      await mum.composes({ to: [anna.address], subject: written.subject, text: written.text });
      if (begins === 'registers') {
        await dad.page.goto(linkIn(await newestOf(dad.address, 1), portal.url));
        await dad.registers();
      } else {
        await dad.signsIn();
      }
    });

    await test.step('her page says so at once, and keeps what she wrote', async () => {
      await expect(mum.page.getByText(SAYS_SO)).toBeVisible();
      await expect(mum.page.getByText('Your unsent message is kept on this page.')).toBeVisible();
      await mum.findsAccessible('being signed out by somebody else');
      await expect(mum.page.getByText(written.text)).toHaveCount(0);
    });

    await test.step('his account is whole: another browser opens it', async () => {
      await dad.opens(welcome.subject, welcome.text);
      await elsewhere.page.goto(portal.url);
      if (begins === 'registers') await elsewhere.signsIn();
      await elsewhere.goesTo('Inbox');
      await elsewhere.opens(welcome.subject, welcome.text);
    });

    await test.step('she signs in again and goes on writing; his page is told in turn', async () => {
      await mum.page.getByLabel('Email address').fill(mum.address);
      await mum.page.getByLabel('Password', { exact: true }).fill(mum.password);
      await mum.page.getByRole('button', { name: 'Sign in' }).click();
      await expect(mum.page.getByLabel('Subject')).toHaveValue(written.subject);
      await expect(dad.page.getByText(SAYS_SO)).toBeVisible();
      await mum.sends();
    });

    await test.step('the message is hers, and opens', async () => {
      await anna.goesTo('Inbox');
      await anna.opens(written.subject, written.text);
      await expect(anna.page.getByText(mum.address).first()).toBeVisible();
    });
  });
}
