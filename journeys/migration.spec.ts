// Migrating to a new Email Address, with the help page in hand: its steps 2 to 9 and its closing sentence, in its words.
import { expect, type Browser } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { linkIn, newestOf, rawMails } from './basic-mail';
import { embedded, served, type Engine } from './engines';
import { test } from './journey';
import { Person } from './person';
import { finds, findsAll, message, registered, registersFromMail, today, writes, type Kept } from './year';

const YEAR = 360;

type NewAddress = 'unknown' | 'invited' | 'registered';

const moves: { to: NewAddress; engine: Engine }[] = [
  { to: 'unknown', engine: embedded },
  { to: 'invited', engine: embedded },
  { to: 'registered', engine: served },
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
      // What stands in her Inbox and in her Sent; and in those of the account that joins hers.
      const inbox: Kept[] = [];
      const sent: Kept[] = [];
      const joining: Kept[] = [];
      const sentThere: Kept[] = [];

      await test.step('the year before', async () => {
        await registered(portal, anna);
        await registered(portal, carl);
        sent.push(await writes(portal, anna, [gina, gustav], message('Welcome')));
        await registersFromMail(portal, gina);
        await registersFromMail(portal, gustav);
        for (let month = 0; month < 12; month += 1) {
          await portal.travelsTo(YEAR - 29 * month - 1);
          const writer = [carl, gina, gustav][month % 3]!;
          const file = month % 4 === 0 ? fileAt(info.outputPath(`month-${month}.bin`)) : undefined;
          inbox.push(await writes(portal, writer, [anna], message(`Month ${month + 1}`), file));
          if (month % 3 !== 1) continue;
          const enclosed = month === 7 ? fileAt(info.outputPath('answer.bin')) : undefined;
          sent.push(await writes(portal, anna, [writer], message(`Answer ${month + 1}`), enclosed));
        }
        if (to !== 'unknown') {
          const file = fileAt(info.outputPath('waiting.bin'));
          joining.push(await writes(portal, carl, [there], message('To the new address'), file));
        }
        if (to === 'registered') {
          await registersFromMail(portal, there);
          joining.push(await writes(portal, carl, [there], message('Once more to the new address')));
          const file = fileAt(info.outputPath('from-there.bin'));
          sentThere.push(await writes(portal, there, [carl], message('From the new address'), file));
        }
        await today(portal, anna, carl, gina, gustav, there);
      });

      const second = await secondDevice(browser, anna);

      await test.step('2. Log in to the Secure Webmail with your current Secure Account', async () => {
        for (const person of [anna, second, carl]) {
          await person.page.goto(portal.url);
          await expect(person.page.getByRole('heading', { name: 'Sign in to the Secure Webmail' })).toBeVisible();
          await person.signsIn();
        }
      });

      await test.step('3. to 5. Tools > Alias Management, I understand, Add Email Alias', async () => {
        await anna.opensAliasManagement();
        await anna.findsAccessible('Alias Management');
        await anna.addsAlias(there.address);
      });

      const confirmation = await newestOf(there.address, 1, 'confirm');
      await test.step('6. the confirmation message names both addresses, and has one link', async () => {
        for (const named of [anna.address, there.address, anna.name]) expect(confirmation.text).toContain(named);
        expect(confirmation.html).not.toContain('<img');
      });

      const samePage = await second.marksPage();
      const arriving = message('At that moment');
      await test.step('6. and 7. click on the link in the confirmation message, and on that of the page', async () => {
        await carl.starts('New message');
        await carl.composes({ to: [there.address], ...arriving });
        const reader = Person.at(await anna.page.context().newPage(), anna);
        const { page } = reader;
        await page.goto(linkIn(confirmation, portal.url));
        if (to === 'registered') await page.getByLabel('Password', { exact: true }).fill(there.password);
        else await expect(page.getByText('simply click Confirm this address')).toBeVisible();
        await reader.findsAccessible('the confirmation page');
        // To an address that nobody has, this would be an invitation.
        if (to !== 'unknown') joining.push(await writes(portal, carl, [there], message('While the page is open')));
        await page.getByRole('button', { name: /^Confirm/ }).click();
        await Promise.all([
          carl.sends(),
          expect(page.getByRole('heading', { name: 'Address confirmed' })).toBeVisible({ timeout: 60_000 }),
        ]);
        joining.push(arriving);
        await reader.findsAccessible('a confirmed address');
        await page.close();
      });

      await test.step('a second device, where she is signed in, shows all of it in one Inbox and one Sent', async () => {
        await expect(second.lines('Inbox')).toHaveCount(inbox.length + joining.length);
        for (const one of joining) await finds(second, one);
        await second.goesTo('Sent');
        await expect(second.lines('Sent')).toHaveCount(sent.length + sentThere.length);
        for (const one of sentThere) await finds(second, one);
        await second.goesTo('Inbox');
        expect(await samePage(), 'the page was not loaded again').toBe(true);
        inbox.push(...joining);
        sent.push(...sentThere);
      });

      await test.step('8. the page refreshes by itself, and when it is gone to again', async () => {
        await expect(anna.aliasRow(there.address)).toContainText('Alias', { timeout: 30_000 });
        await expect(anna.aliasRow(there.address)).not.toContainText(/pending/i);
        await anna.opensAliasManagement();
        await expect(anna.aliasRow(there.address)).toContainText('Alias');
      });

      await test.step('9. Promote to Master', async () => {
        await anna.promotes(there.address);
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
        inbox.push(late);
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
          await findsAll(device, 'Inbox', inbox);
          await findsAll(device, 'Sent', sent);
        });
      }

      await test.step('you may now continue to send and receive, with your new email address', async () => {
        const answer = await writes(portal, moved, [carl], message('From my new address'));
        await carl.goesTo('Inbox');
        await carl.opens(answer.subject, answer.text);
        await expect(carl.page.getByText(there.address).first()).toBeVisible();
      });

      await test.step('correspondents see where she is now, and their answers follow her', async () => {
        await carl.goesTo('Sent');
        await carl.page.getByRole('link', { name: new RegExp(inbox[0]!.subject) }).click();
        await expect(carl.page.getByText(`now ${there.address}`).first()).toBeVisible();
        await carl.findsAccessible('a slip that says where somebody is now');
      });
    });
  });
}

function fileAt(path: string): string {
  writeFileSync(path, randomBytes(100_000));
  return path;
}

async function secondDevice(browser: Browser, person: Person): Promise<Person> {
  return Person.arrive(await browser.newContext({ acceptDownloads: true }), person);
}

async function subjects(address: string): Promise<string[]> {
  const mails = await rawMails(address);
  return mails.map((mail) => /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(mail.toString())?.[1] ?? '');
}
