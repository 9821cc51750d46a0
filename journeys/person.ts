// What a person does at a browser, in the words of the pages.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { pipeline } from 'node:stream/promises';

export interface Message {
  to: string[];
  subject: string;
  text: string;
  files?: string[];
}

/** What the page says of the key that signed a message: verified, or that nobody but the portal says whose it is. */
export const KNOWN_OF_KEY = /^(?:Signature verified|First message from this key|Key not confirmed)$/;

export class Person {
  private constructor(
    readonly page: Page,
    readonly address: string,
    readonly name: string,
    readonly password: string,
  ) {}

  /** Somebody with a browser of their own, who owns nothing else. */
  static async arrive(context: BrowserContext, who: { address: string; name: string; password: string }): Promise<Person> {
    const page = await context.newPage();
    page.on('pageerror', (error) => {
      throw new Error(`${who.name}'s page: ${error.message}`);
    });
    return new Person(page, who.address, who.name, who.password);
  }

  /** The same person at another page of the same browser. */
  static at(page: Page, who: Person): Person {
    return new Person(page, who.address, who.name, who.password);
  }

  /** The same person at the same browser, who goes by another address now. */
  under(address: string): Person {
    return new Person(this.page, address, this.name, this.password);
  }

  /** As the help page has it: Tools > Alias Management. */
  async opensAliasManagement(): Promise<void> {
    const { page } = this;
    const entry = page.getByRole('link', { name: 'Alias Management' });
    if (!(await entry.isVisible())) await page.getByRole('button', { name: 'Tools' }).click();
    await entry.click();
    await expect(page.getByRole('heading', { name: 'Alias Management' })).toBeVisible();
  }

  /** The row of one of the person's addresses. */
  aliasRow(address: string): Locator {
    const list = this.page.getByRole('region', { name: 'Your addresses' });
    return list.getByRole('listitem').filter({ hasText: address });
  }

  /** Adds an Email Alias, in the words of the help page, and gives the number that the pop-up shows. */
  async addsAlias(address: string): Promise<string> {
    const { page } = this;
    await this.opensAliasManagement();
    const understood = page.getByRole('button', { name: 'I understand and want to add an Email Alias' });
    const field = page.getByLabel('New Email Address');
    await expect(understood.or(field)).toBeVisible();
    // Said once while the page is open.
    if (await understood.isVisible()) await understood.click();
    await field.fill(address);
    await page.getByRole('button', { name: 'Add Email Alias' }).click();
    const popUp = page.getByRole('dialog');
    await this.givesPassword(popUp.getByText('confirmation message').first());
    await expect(popUp).toContainText(address);
    await this.findsAccessible('the pop-up');
    const number = /\b\d{4}\b/.exec(await popUp.getByText(/^\d{4}$/).innerText())![0];
    await popUp.getByRole('button', { name: 'Close' }).click();
    await expect(this.aliasRow(address)).toContainText('Pending');
    await expect(this.aliasRow(address)).toContainText(number);
    return number;
  }

  /**
   * Confirms an address behind the link of its confirmation message, in this browser, where its claimant is signed in.
   * Something may happen between the two.
   */
  async confirms(link: string, meanwhile?: () => Promise<unknown>): Promise<void> {
    const tab = await this.page.context().newPage();
    await tab.goto(link);
    const confirm = tab.getByRole('button', { name: 'Confirm this address' });
    await expect(confirm).toBeVisible();
    await meanwhile?.();
    await confirm.click();
    await expect(tab.getByRole('heading', { name: 'Address confirmed' })).toBeVisible();
    await tab.close();
  }

  /** Gives the password where it is asked for before `done` is there: in a session that was handed over, or an old one. */
  private async givesPassword(done: Locator): Promise<void> {
    const question = this.page.getByRole('dialog', { name: 'Your password, please' });
    await expect(done.or(question).first()).toBeVisible();
    if (await question.isVisible()) {
      await question.getByLabel('Password', { exact: true }).fill(this.password);
      await question.getByRole('button', { name: 'Go on' }).click();
    }
    await expect(done).toBeVisible();
  }

  async promotes(address: string, tell = true): Promise<void> {
    const { page } = this;
    await this.opensAliasManagement();
    await this.aliasRow(address).getByRole('button', { name: 'Promote to Master' }).click();
    const dialog = page.getByRole('dialog');
    const telling = dialog.getByLabel('Tell people I have corresponded with');
    await expect(telling).toBeChecked();
    if (!tell) await telling.uncheck();
    await this.findsAccessible('the question before a promotion');
    await dialog.getByRole('button', { name: 'Promote to Master' }).click();
    await this.givesPassword(page.getByText(`${address} is your Master now`).first());
    await expect(page.getByText(`${address} is an alias`)).toHaveCount(0);
    await expect(this.aliasRow(address)).toContainText('Master');
    await expect(this.aliasRow(address).getByRole('button', { name: 'Promote to Master' })).toHaveCount(0);
  }

  async removesAlias(address: string): Promise<void> {
    await this.opensAliasManagement();
    await this.aliasRow(address).getByRole('button', { name: 'Remove' }).click();
    const dialog = this.page.getByRole('dialog');
    await this.findsAccessible('the question before a removal');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await this.givesPassword(this.page.getByText(`${address} is removed`).first());
    await expect(this.aliasRow(address)).toHaveCount(0);
  }

  /** No violation of accessibility on the page as it stands. */
  async findsAccessible(what: string): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ target }) => target.join(' ')) }));
    expect(found, `accessibility of ${what}`).toEqual([]);
  }

  async goesTo(folder: 'Inbox' | 'Sent'): Promise<void> {
    await this.page.getByRole('link', { name: folder }).first().click();
    await expect(this.page.getByRole('heading', { name: folder, exact: true })).toBeVisible();
  }

  /** The lines of a folder's list that is shown. */
  lines(folder: 'Inbox' | 'Sent'): Locator {
    return this.page.getByRole('list', { name: `Messages in ${folder}` }).getByRole('listitem');
  }

  /** Marks the page as it is loaded now; the answer tells whether it is still that one. */
  async marksPage(): Promise<() => Promise<boolean>> {
    await this.page.evaluate(() => document.documentElement.setAttribute('data-marked', ''));
    return () => this.page.evaluate(() => document.documentElement.hasAttribute('data-marked'));
  }

  /** From the invitation's page to the Inbox. */
  async fillsRegistration(): Promise<void> {
    const { page } = this;
    await expect(page.getByRole('heading', { name: 'Open your Secure Account' })).toBeVisible();
    await expect(page.getByLabel('Your address')).toHaveValue(this.address);
    await page.getByLabel('Your name').fill(this.name);
    await page.getByLabel('Password', { exact: true }).fill(this.password);
    await this.findsAccessible('registration');
  }

  async registers(): Promise<void> {
    const { page } = this;
    await this.fillsRegistration();
    await page.getByRole('button', { name: 'Open account' }).click();
    await this.seesInbox();
  }

  async signsIn(): Promise<void> {
    const { page } = this;
    await page.getByLabel('Email address').fill(this.address);
    await page.getByLabel('Password', { exact: true }).fill(this.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await this.seesInbox();
  }

  async seesInbox(): Promise<void> {
    await expect(this.page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  }

  /** Fills and sends the page where a message is written. */
  async writes(message: Message): Promise<void> {
    await this.composes(message);
    await this.sends();
  }

  async composes(message: Message): Promise<void> {
    const { page } = this;
    for (const address of message.to) {
      await page.getByLabel('To', { exact: true }).fill(address);
      await page.keyboard.press('Enter');
    }
    if (message.subject) await page.getByLabel('Subject').fill(message.subject);
    // Above what is quoted.
    const text = page.getByLabel('Message', { exact: true });
    await text.fill(message.text + (await text.inputValue()));
    if (message.files?.length) {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Add files' }).click();
      await (await chooser).setFiles(message.files);
    }
    await this.findsAccessible('writing');
  }

  async sends(): Promise<void> {
    await this.page.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(this.page.getByText('Message sent')).toBeVisible({ timeout: 60_000 });
  }

  async starts(what: 'New message' | 'Reply' | 'Reply all' | 'Forward'): Promise<void> {
    const link = this.page.getByRole('link', { name: what, exact: true });
    await link.or(this.page.getByRole('button', { name: what, exact: true })).first().click();
  }

  /** Opens a message from the list, and sees its text, and what is known of the key that signed it: that, where it is said. */
  async opens(subject: string, text: string, ofKey?: string): Promise<void> {
    await this.page.getByRole('link', { name: subject }).click();
    await this.reads(subject, text, ofKey);
  }

  async reads(subject: string, text: string, ofKey: string | RegExp = KNOWN_OF_KEY): Promise<void> {
    const { page } = this;
    await expect(page.getByRole('heading', { name: subject })).toBeVisible();
    await expect(page.getByText(ofKey, { exact: true }).first()).toBeVisible();
    await expect(page.getByRole('article').getByText(text)).toBeVisible();
  }

  /** Saves a file of the open message, and gives the hash of what was saved. */
  async downloads(name: string): Promise<string> {
    const saved = this.page.waitForEvent('download', { timeout: 60_000 });
    await this.page.getByRole('button', { name: `Download ${name}` }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe(name);
    return sha256Of(await download.path());
  }

  async signsOut(): Promise<void> {
    const { page } = this;
    await page.getByRole('link', { name: 'Account' }).click();
    await this.findsAccessible('the account page');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByText('You are signed out')).toBeVisible();
  }
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
