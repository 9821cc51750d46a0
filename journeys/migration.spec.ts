// Migrating to a new Email Address, with the help page in hand: its steps 2 to 9 and its closing sentence, in its words.
import { expect, type Browser } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { linkIn, newestOf, rawMails } from './basic-mail';
import { distributed, embedded, type Engine } from './engines';
import { test, word } from './journey';
import { Person, sha256Of } from './person';
import type { Portal } from './portal';

const YEAR = 360;
const DAY = 86_400_000;

/** A message of the year, as it must be found again. */
interface Kept {
  subject: string;
  text: string;
  file?: { name: string; hash: string };
}

type NewAddress = 'unknown' | 'invited' | 'registered';

const moves: { to: NewAddress; engine: Engine }[] = [
  { to: 'unknown', engine: embedded },
  { to: 'invited', engine: embedded },
  { to: 'registered', engine: distributed },
];

for (const { to, engine } of moves) {
  test.describe(() => {
    test.use({ engine, daysAgo: YEAR });

    test(`a Professional with a year of messages moves to an address that is ${to}, on ${engine.name}`, async ({
      portal,
      somebody,
      browser,
    }, info) => {
      test.setTimeout(600_000);
      const anna = await somebody('Anna Berger', 'example.test');
      const carl = await somebody('Carl Muster', 'example.test');
      const gina = await somebody('Gina Gast', 'partner.test');
      const gustav = await somebody('Gustav Gast', 'partner.test');
      // The same person in her new mailbox; with an account of her own there, or none.
      const there = await somebody('Anna Neu', 'moved.test');
      const kept: Kept[] = [];
      const keptThere: Kept[] = [];

      await test.step('the year before', async () => {
        await registered(portal, anna, 'professional');
        await registered(portal, carl, 'professional');
        await writes(portal, anna, [gina, gustav], message('Welcome'));
        await registersFromMail(portal, gina);
        await registersFromMail(portal, gustav);
        for (let month = 0; month < 12; month += 1) {
          await portal.travelsTo(YEAR - 29 * month - 1);
          const writer = [carl, gina, gustav][month % 3]!;
          const file = month % 4 === 0 ? fileAt(info.outputPath(`month-${month}.bin`)) : undefined;
          kept.push(await writes(portal, writer, [anna], message(`Month ${month + 1}`), file));
          if (month % 3 === 1) await writes(portal, anna, [writer], message(`Answer ${month + 1}`));
        }
        if (to !== 'unknown') {
          const file = fileAt(info.outputPath('waiting.bin'));
          keptThere.push(await writes(portal, carl, [there], message('To the new address'), file));
        }
        if (to === 'registered') {
          await registersFromMail(portal, there);
          keptThere.push(await writes(portal, carl, [there], message('Once more to the new address')));
          await writes(portal, there, [carl], message('From the new address'));
        }
        await portal.travelsTo(0);
        await today(anna, carl, gina, gustav, there);
      });

      const before = (await rawMails(there.address)).length;
      const second = await secondDevice(browser, anna);

      await test.step('2. Log in to the Secure Webmail with your current Secure Account', async () => {
        await anna.page.goto(portal.url);
        await anna.signsIn();
        await second.page.goto(portal.url);
        await second.signsIn();
      });

      await test.step('3. to 5. Tools > Alias Management, I understand, Add Email Alias', async () => {
        await anna.opensAliasManagement();
        await anna.findsAccessible('Alias Management');
        await anna.page.getByRole('button', { name: 'I understand and want to add an Email Alias' }).click();
        await anna.page.getByLabel('New Email Address').fill(there.address);
        await anna.page.getByRole('button', { name: 'Add Email Alias' }).click();
        const popUp = anna.page.getByRole('dialog');
        await expect(popUp).toContainText('confirmation message');
        await expect(popUp).toContainText(there.address);
        await anna.findsAccessible('the pop-up');
        await popUp.getByRole('button', { name: 'Close' }).click();
        await expect(anna.aliasRow(there.address)).toContainText(/pending/i);
      });

      const confirmation = await newestOf(there.address, before + 1);
      await test.step('6. the confirmation message names both addresses, and has one link', async () => {
        for (const named of [anna.address, there.address, anna.name]) expect(confirmation.text).toContain(named);
        expect(confirmation.html).not.toContain('<img');
      });

      await test.step('6. and 7. click on the link in the confirmation message', async () => {
        if (to === 'registered') {
          // In the browser of the other account, as somebody might who keeps the two apart.
          await there.page.goto(linkIn(confirmation, portal.url));
          await there.findsAccessible('the confirmation page');
          await there.page.getByLabel('Password', { exact: true }).fill(there.password);
          await there.page.getByRole('button', { name: 'Confirm and join the accounts' }).click();
          await expect(there.page.getByRole('heading', { name: 'Address confirmed' })).toBeVisible({ timeout: 60_000 });
          await there.findsAccessible('a confirmed address');
        } else {
          const tab = await anna.page.context().newPage();
          await tab.goto(linkIn(confirmation, portal.url));
          await tab.getByRole('button', { name: 'Confirm this address' }).click();
          await expect(tab.getByRole('heading', { name: 'Address confirmed' })).toBeVisible();
          await tab.close();
        }
      });

      await test.step('8. the page refreshes by itself, and when it is gone to again', async () => {
        await expect(anna.aliasRow(there.address)).toContainText('Alias', { timeout: 30_000 });
        await expect(anna.aliasRow(there.address)).not.toContainText(/pending/i);
        await anna.opensAliasManagement();
        await expect(anna.aliasRow(there.address)).toContainText('Alias');
      });

      await test.step('9. Promote to Master', async () => {
        await anna.aliasRow(there.address).getByRole('button', { name: /Promote to Master/ }).click();
        const dialog = anna.page.getByRole('dialog');
        await expect(dialog.getByLabel('Tell people I have corresponded with')).toBeChecked();
        await anna.findsAccessible('the question before a promotion');
        const password = dialog.getByLabel('Password', { exact: true });
        if (await password.isVisible()) await password.fill(anna.password);
        await dialog.getByRole('button', { name: 'Promote to Master' }).click();
        await expect(anna.aliasRow(there.address)).toContainText('Master');
        await expect(anna.aliasRow(anna.address)).toContainText('Alias');
        await anna.findsAccessible('Alias Management after a promotion');
      });

      const moved = anna.under(there.address);
      const mailsBefore = { old: 0, now: 0 };
      await test.step('everybody is told who needs to know', async () => {
        // Both of Anna's mailboxes are warned; each mail names the one it went to alone.
        await expect.poll(() => subjects(anna.address)).toContainEqual(expect.stringContaining('Master'));
        await expect.poll(() => subjects(there.address)).toContainEqual(expect.stringContaining('Master'));
        for (const other of [carl, gina, gustav]) {
          await expect.poll(() => subjects(other.address)).toContainEqual(expect.stringContaining(anna.name));
        }
        mailsBefore.old = (await rawMails(anna.address)).length;
        mailsBefore.now = (await rawMails(there.address)).length;
      });

      const late: Kept = await writes(portal, gina, [anna], message('To the address I know'));
      await test.step('mail to the old address appears in the Inbox of the new', async () => {
        const notification = await newestOf(there.address, mailsBefore.now + 1);
        expect(notification.text).toContain(gina.name);
        expect((await rawMails(anna.address)).length, 'mails to the old address').toBe(mailsBefore.old);
        await anna.goesTo('Inbox');
        await anna.opens(late.subject, late.text);
      });

      await test.step('the second device was signed out, and signs in with the new address', async () => {
        await expect(second.page.getByLabel('Email address')).toBeVisible();
        await second.under(there.address).signsIn();
      });

      for (const [device, name] of [
        [moved, 'first'],
        [second, 'second'],
      ] as const) {
        await test.step(`every old message and file opens on the ${name} device`, async () => {
          for (const one of [...kept, ...keptThere, late]) {
            await device.goesTo('Inbox');
            await device.opens(one.subject, one.text);
            if (one.file) expect(await device.downloads(one.file.name)).toBe(one.file.hash);
          }
          if (to === 'registered') {
            await device.goesTo('Sent');
            await device.page.getByRole('link', { name: /From the new address/ }).click();
            await expect(device.page.getByText('Signature verified')).toBeVisible();
          }
        });
      }

      await test.step('you may now continue to send and receive, with your new email address', async () => {
        const answer = await writes(portal, moved, [carl], message('From my new address'));
        await carl.page.goto(portal.url);
        await carl.signsIn();
        await carl.opens(answer.subject, answer.text);
        await expect(carl.page.getByText(there.address).first()).toBeVisible();
      });

      await test.step('correspondents see where she is now, and their answers follow her', async () => {
        await carl.goesTo('Sent');
        await carl.page.getByRole('link', { name: new RegExp(kept[0]!.subject) }).click();
        await expect(carl.page.getByText(`now ${there.address}`).first()).toBeVisible();
        await carl.findsAccessible('a slip that says where somebody is now');
      });
    });
  });
}

/** Somebody invited by the administrator, registered on the day that the portal believes it is. */
async function registered(portal: Portal, person: Person, kind: string): Promise<void> {
  await portal.command('invite', '--kind', kind, person.address);
  await registersFromMail(portal, person);
}

async function registersFromMail(portal: Portal, person: Person): Promise<void> {
  await person.page.clock.setSystemTime(Date.now() - portal.daysAgo * DAY);
  await person.page.goto(linkIn(await newestOf(person.address, 1), portal.url));
  await person.registers();
}

async function today(...people: Person[]): Promise<void> {
  for (const { page } of people) await page.clock.setSystemTime(Date.now());
}

function message(subject: string): Kept {
  return { subject: `${subject} ${word(8)}`, text: `It says ${word(12)}.` };
}

function fileAt(path: string): string {
  writeFileSync(path, randomBytes(100_000));
  return path;
}

/** Somebody writes from the command line. */
async function writes(portal: Portal, from: Person, to: Person[], what: Kept, file?: string): Promise<Kept> {
  const words = to.flatMap(({ address }) => ['--to', address]);
  const files = file ? ['--file', file] : [];
  await portal.as(from, 'send', ...words, '--subject', what.subject, '--text', what.text, ...files);
  if (!file) return what;
  return { ...what, file: { name: file.replace(/.*\//, ''), hash: await sha256Of(file) } };
}

async function secondDevice(browser: Browser, person: Person): Promise<Person> {
  return Person.arrive(await browser.newContext({ acceptDownloads: true }), person);
}

async function subjects(address: string): Promise<string[]> {
  const mails = await rawMails(address);
  return mails.map((mail) => /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(mail.toString())?.[1] ?? '');
}
