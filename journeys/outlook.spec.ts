// Migrating to a new Email Address with Outlook, with the help page in hand: its ten steps from first to last, in its words.
// Outlook is played at an origin of its own (outlook-host.ts); portal, mail system and add-in are the real ones.
import { hkdfSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect, type FrameLocator, type Locator } from '@playwright/test';
import { linkIn, newestOf } from './basic-mail';
import { served } from './engines';
import { test } from './journey';
import { OutlookHost } from './outlook-host';
import { KNOWN_OF_KEY, Person } from './person';
import type { Portal } from './portal';
import { message, registered, writes, type Kept } from './year';

/** The add-in's side of things: what a person does in its pane. */
class Pane {
  constructor(
    private readonly outlook: OutlookHost,
    private readonly portal: Portal,
  ) {}

  get frame(): FrameLocator {
    return this.outlook.pane();
  }

  heading(name: string | RegExp): Locator {
    return this.frame.getByRole('heading', { name });
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }

  /** Secure Accounts, Activate. */
  async activates(person: Person): Promise<void> {
    await this.outlook.press('Secure Accounts');
    await expect(this.frame.getByLabel('Email address')).toBeVisible();
    await this.frame.getByLabel('Email address').fill(person.address);
    await this.frame.getByLabel('Password', { exact: true }).fill(person.password);
    await this.button('Activate').click();
    await expect(this.frame.getByText(`${person.address} is activated`)).toBeVisible({ timeout: 60_000 });
    await expect(this.frame.getByText(`Activated under ${person.address}`)).toBeVisible();
  }

  async reads({ subject, text }: Kept): Promise<void> {
    await expect(this.heading(subject)).toBeVisible();
    await expect(this.frame.getByText(KNOWN_OF_KEY).first()).toBeVisible();
    await expect(this.frame.getByRole('article').getByText(text)).toBeVisible();
  }

  /** Where the Secure Webmail opens: a page of the browser, signed in without the password. */
  async opensWebmail(as: Person): Promise<Person> {
    await this.outlook.press('Secure Webmail');
    const opened = this.outlook.page.context().waitForEvent('page');
    await this.frame.getByRole('link', { name: 'Open Secure Webmail' }).click();
    const page = await opened;
    const person = Person.at(page, as);
    await expect(page.getByText(as.name)).toBeVisible();
    expect(new URL(page.url()).hash, 'the secret leaves the address bar').toBe('');
    await person.findsAccessible('the page of a hand-over');
    await page.getByRole('button', { name: 'Open Secure Webmail' }).click();
    await person.seesInbox();
    return person;
  }

  /** What the pane keeps, as whoever finds this browser's storage has it: the tokens of its activations. */
  async stolenTokens(): Promise<string[]> {
    const frame = this.outlook.page.frames().find((each) => each.url().startsWith(`${this.portal.url}/outlook/pane.html`));
    const kept = await frame!.evaluate(() => Object.values({ ...localStorage }).join('\n'));
    const secrets = [...kept.matchAll(/"secret":"([^"]+)"/g)].map(([, secret]) => Buffer.from(secret!, 'base64'));
    return secrets.map((secret) =>
      Buffer.from(hkdfSync('sha512', secret, '', 'restante/activation/token/v1', 32)).toString('base64'),
    );
  }

  /** What the portal says to whoever shows such a token. */
  async begins(token: string): Promise<string> {
    const answer = await fetch(`${this.portal.url}/api/v1/activations/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, version: '0.1.0' }),
    });
    const body = (await answer.json()) as { type?: string };
    return answer.ok ? 'begun' : (body.type ?? '');
  }

  /** No violation of accessibility in Outlook's page and in the pane. */
  async isAccessible(what: string): Promise<void> {
    await this.outlook.findsAccessible(what);
  }
}

test.describe(() => {
  test.use({ engine: served });

  test('the ten steps of the help page, with Outlook, from first to last', async ({ portal, somebody }, info) => {
    test.setTimeout(600_000);
    const anna = await somebody('Anna Berger', 'example.test');
    const carl = await somebody('Carl Muster', 'example.test');
    const there = anna.under(`anna.new.${Date.now()}@moved.test`);
    await registered(portal, anna);
    await registered(portal, carl);

    const outlook = await OutlookHost.open(await anna.page.context().newPage(), portal);
    const pane = new Pane(outlook, portal);
    const before = await writes(portal, carl, [anna], message('Before the change'));
    const first = await newestOf(anna.address, 2);

    await test.step('Outlook is activated under the address of today, and reads', async () => {
      await pane.activates(anna);
      await pane.isAccessible('Secure Accounts');
      await outlook.receive(anna.address, first);
      await outlook.press('Read Secure');
      await pane.reads(before);
      await pane.isAccessible('Read Secure');
      // Every address was told that a program was activated.
      const told = await newestOf(anna.address, 3);
      expect(told.subject).toContain('activated');
    });

    await test.step('1. Secure Messaging Tab > Check for Updates', async () => {
      await outlook.press('Check for Updates');
      await expect(pane.frame.getByText('This is the newest version')).toBeVisible();
      await pane.isAccessible('Check for Updates');
    });

    let webmail!: Person;
    await test.step('2. Click the Secure Webmail button on the tab', async () => {
      await anna.page.bringToFront();
      await anna.signsOut();
      webmail = await pane.opensWebmail(anna);
      await webmail.opens(before.subject, before.text);
    });

    await test.step('3. to 5. Tools > Alias Management, I understand, Add Email Alias', async () => {
      await webmail.addsAlias(there.address);
    });

    await test.step('6. and 7. click on the link in the confirmation message', async () => {
      await webmail.confirms(linkIn(await newestOf(there.address, 1), portal.url));
    });

    await test.step('8. the new Email Alias is no longer pending', async () => {
      await webmail.opensAliasManagement();
      await expect(webmail.aliasRow(there.address)).toContainText('Alias');
    });

    await test.step('9. Promote to Master', async () => {
      // The way from Outlook took no password; this does.
      await webmail.promotes(there.address);
    });

    const late = await writes(portal, carl, [anna], message('To the address I know'));
    const notification = await newestOf(there.address, 4);

    await test.step('until then the add-in retrieves and sends nothing', async () => {
      const asked: string[] = [];
      outlook.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await outlook.receive(there.address, notification);
      await outlook.press('Read Secure');
      await expect(pane.heading('Needs re-activation')).toBeVisible();
      await expect(pane.frame.getByText(late.text)).toHaveCount(0);
      await outlook.write({ to: carl.address, subject: 'Too early', text: 'Not yet.' });
      await outlook.press('Send Secure');
      await expect(pane.heading('Needs re-activation')).toBeVisible();
      expect(asked.filter((path) => /\/api\/v1\/(deliveries|messages|vault)/.test(path))).toEqual([]);
      await pane.isAccessible('an activation that needs re-activation');
    });

    await test.step('a secret that was taken from its storage opens nothing', async () => {
      const tokens = await pane.stolenTokens();
      expect(tokens).toHaveLength(1);
      expect(await pane.begins(tokens[0]!)).toBe('needs-reactivation');
    });

    await test.step('10. Remove activation and re-activate', async () => {
      const stolen = (await pane.stolenTokens())[0]!;
      await outlook.press('Secure Accounts');
      await pane.button('Remove activation').click();
      const dialog = pane.frame.getByRole('dialog');
      await dialog.getByLabel('Password', { exact: true }).fill(anna.password);
      await dialog.getByRole('button', { name: 'Remove activation' }).click();
      await expect(pane.frame.getByText(/is removed/).first()).toBeVisible({ timeout: 60_000 });
      expect(await pane.begins(stolen)).toBe('activation-unknown');
      await pane.activates(there);
    });

    await test.step('you may now continue to send and receive secure messages, with your new email address', async () => {
      await outlook.receive(there.address, notification);
      await outlook.press('Read Secure');
      await pane.reads(late);
      // A mail of before, to the old address, opens as well.
      await outlook.receive(anna.address, first);
      await outlook.press('Read Secure');
      await pane.reads(before);

      const written = message('From Outlook');
      const file = info.outputPath('terms.txt');
      writeFileSync(file, 'The terms.');
      await outlook.write({
        to: carl.address,
        subject: written.subject,
        html: `<p>${written.text}</p>`,
        files: [{ name: 'terms.txt', content: Buffer.from('The terms.').toString('base64'), format: 'base64' }],
      });
      await outlook.press('Send Secure');
      await expect(pane.frame.getByText(carl.address)).toBeVisible();
      await pane.isAccessible('Send Secure');
      await pane.button('Send Secure').click();
      // As after any sending, its window closes, and the pane with it.
      await expect(outlook.written()).toHaveCount(0, { timeout: 60_000 });
      // By the portal's policy nothing of it stays: the draft that Outlook keeps is empty.
      await expect(outlook.drafts().filter({ hasText: 'No subject' })).toContainText('To nobody');
      for (const said of [written.subject, written.text, 'terms.txt']) {
        await expect(outlook.page.getByText(said)).toHaveCount(0);
      }
      await carl.page.goto(portal.url);
      await carl.opens(written.subject, written.text);
      await expect(carl.page.getByText(there.address).first()).toBeVisible();
      expect(await carl.downloads('terms.txt')).toBeTruthy();
    });
  });
});

test('an activation is blocked, unblocked and removed, and a mail for somebody else is not retrieved', async ({
  portal,
  somebody,
}) => {
  test.setTimeout(400_000);
  const anna = await somebody('Anna Berger', 'example.test');
  const carl = await somebody('Carl Muster', 'example.test');
  await registered(portal, anna);
  await registered(portal, carl);
  const outlook = await OutlookHost.open(await anna.page.context().newPage(), portal);
  const pane = new Pane(outlook, portal);
  await pane.activates(anna);
  const sent = await writes(portal, carl, [anna], message('For Anna'));
  const notification = await newestOf(anna.address, 3);
  const [stolen = ''] = await pane.stolenTokens();

  await test.step('a mail to an address of nobody who is activated here', async () => {
    const asked: string[] = [];
    outlook.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const other = await writes(portal, anna, [carl], message('For Carl'));
    await outlook.receive(carl.address, await newestOf(carl.address, 2));
    await outlook.press('Read Secure');
    await expect(pane.heading('This mail is for another account')).toBeVisible();
    await expect(pane.frame.getByText(carl.address).first()).toBeVisible();
    await expect(pane.frame.getByText(other.text)).toHaveCount(0);
    expect(asked.filter((path) => path.includes('/deliveries'))).toEqual([]);
    await pane.isAccessible('a mail for another account');
  });

  await test.step('blocked in the Secure Webmail', async () => {
    await anna.page.goto(`${portal.url}/activations`);
    await anna.page.getByRole('button', { name: 'Block' }).click();
    await anna.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await expect(anna.page.getByText('Blocked', { exact: true })).toBeVisible();
    await anna.findsAccessible('Activations');
    await outlook.receive(anna.address, notification);
    await outlook.press('Read Secure');
    await expect(pane.heading('Blocked')).toBeVisible();
    await expect(pane.frame.getByText(sent.text)).toHaveCount(0);
    expect(await pane.begins(stolen)).toBe('activation-blocked');
  });

  await test.step('unblocked in Outlook, with the password', async () => {
    await pane.button('Unblock').click();
    const dialog = pane.frame.getByRole('dialog');
    await dialog.getByLabel('Password', { exact: true }).fill(anna.password);
    await dialog.getByRole('button', { name: 'Unblock' }).click();
    await pane.reads(sent);
  });

  await test.step('removed in the Secure Webmail', async () => {
    await anna.page.getByRole('button', { name: 'Remove activation' }).click();
    await anna.page.getByRole('dialog').getByRole('button', { name: 'Remove activation' }).click();
    await expect(anna.page.getByText('None. How to activate')).toBeVisible();
    expect(await pane.begins(stolen)).toBe('activation-unknown');
    await outlook.press('Read Secure');
    await expect(pane.heading('Not activated any more')).toBeVisible();
  });

  await test.step('activated again from where it says so', async () => {
    await pane.button('Activate').click();
    const dialog = pane.frame.getByRole('dialog');
    await dialog.getByLabel('Password', { exact: true }).fill(anna.password);
    await dialog.getByRole('button', { name: 'Activate' }).click();
    await pane.reads(sent);
  });

  await test.step('New Secure writes in the pane, and nothing of it is a draft in Outlook', async () => {
    await outlook.press('New Secure');
    const written = message('Never a draft');
    await pane.frame.getByLabel('To', { exact: true }).fill(carl.address);
    await outlook.page.keyboard.press('Enter');
    await pane.frame.getByLabel('Subject').fill(written.subject);
    await pane.frame.getByLabel('Message', { exact: true }).fill(written.text);
    await pane.isAccessible('New Secure');
    await pane.frame.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(pane.frame.getByText('Message sent').first()).toBeVisible({ timeout: 60_000 });
    await expect(outlook.drafts()).toHaveCount(0);
    await carl.page.goto(portal.url);
    await carl.opens(written.subject, written.text);
  });
});

test('Outlook’s pages may embed the pane, and nobody else anything', async ({ portal, browser }) => {
  const context = await browser.newContext();
  const shown = async (origin: string, path: string) => {
    await context.grantPermissions(['local-network-access'], { origin });
    await context.route(`${origin}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${portal.url}${path}"></iframe>` }),
    );
    const page = await context.newPage();
    const answered = page.waitForResponse((response) => response.url() === `${portal.url}${path}`).catch(() => undefined);
    await page.goto(`${origin}/`);
    await answered;
    // A frame that was refused shows the browser's own error page, which has another origin than the portal's.
    const frame = page.frames()[1];
    const origins = await frame!.evaluate(() => location.origin).catch(() => 'refused');
    await page.close();
    return origins === portal.url;
  };
  const pane = '/outlook/pane.html?show=read';
  expect(await shown('https://outlook.office.com', pane)).toBe(true);
  expect(await shown('https://outlook.live.com', pane)).toBe(true);
  expect(await shown('https://evil.example', pane)).toBe(false);
  expect(await shown('https://outlook.office.com.evil.example', pane)).toBe(false);
  expect(await shown('https://outlook.office.com', '/')).toBe(false);
  expect(await shown('https://outlook.office.com', '/hand-over')).toBe(false);
  await context.close();
});
