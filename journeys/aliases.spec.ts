// The rest of Alias Management: there and back again, removed and added again, a stranger at a released address, a claim
// that was not one's own, and what an administrator can do and cannot.
import { expect } from '@playwright/test';
import { linkIn, newestOf } from './basic-mail';
import { PHONE, test } from './journey';
import { message, registered, registersFromMail, writes } from './year';

test('an address is promoted and promoted back, removed, added again, and released to a stranger', async ({
  portal,
  somebody,
}) => {
  test.setTimeout(400_000);
  const anna = await somebody('Anna Berger', 'example.test');
  const gina = await somebody('Gina Gast', 'partner.test');
  const phone = await somebody('Anna Neu', 'moved.test', PHONE);
  const stranger = (await somebody('Otto Fremd', 'example.test')).under(anna.address);
  const carl = await somebody('Carl Muster', 'partner.test');
  await registered(portal, anna);
  await registered(portal, carl);
  await writes(portal, anna, [gina], message('Welcome'));
  await registersFromMail(portal, gina);
  const early = await writes(portal, gina, [anna], message('Before all this'));

  await test.step('a Guest finds no such page', async () => {
    await expect(gina.page.getByRole('navigation').getByText('Tools')).toHaveCount(0);
    await gina.page.goto(`${portal.url}/aliases`);
    await expect(gina.page.getByText('Email Aliases are for Professionals.')).toBeVisible();
    await gina.findsAccessible('Alias Management, to a Guest');
    await expect(gina.page.getByRole('main').getByRole('button')).toHaveCount(0);
  });

  await test.step('confirmed on a phone where nobody is signed in, by the number', async () => {
    const number = await anna.addsAlias(phone.address);
    await phone.page.goto(linkIn(await newestOf(phone.address, 1), portal.url));
    await phone.findsAccessible('the confirmation page');
    const field = phone.page.getByLabel('Four-digit number');
    await field.fill(number === '0000' ? '0001' : '0000');
    await phone.page.getByRole('button', { name: 'Confirm this address' }).click();
    await expect(phone.page.getByText('This is not the number.')).toBeVisible();
    await expect(anna.aliasRow(phone.address)).toContainText('Pending');
    await field.fill(number);
    await phone.page.getByRole('button', { name: 'Confirm this address' }).click();
    await expect(phone.page.getByRole('heading', { name: 'Address confirmed' })).toBeVisible();
    await phone.findsAccessible('a confirmed address');
    await expect(anna.aliasRow(phone.address)).toContainText('Alias');
  });

  await test.step('promoted, and the old address promoted back', async () => {
    await anna.promotes(phone.address, false);
    await anna.promotes(anna.address, false);
    await expect(anna.aliasRow(phone.address)).toContainText('Alias');
    const told = await writes(portal, anna, [gina], message('From the first address again'));
    await gina.goesTo('Inbox');
    await gina.opens(told.subject, told.text);
    await expect(gina.page.getByText(anna.address).first()).toBeVisible();
  });

  await test.step('removed and added again', async () => {
    await anna.removesAlias(phone.address);
    await anna.addsAlias(phone.address);
    const link = linkIn(await newestOf(phone.address, 2, 'confirm'), portal.url);
    // To an address that nobody has now, this is an invitation; who confirms it takes in what waits.
    const waiting = message('While the page is open');
    await anna.confirms(link, () => writes(portal, carl, [phone], waiting));
    await expect(anna.aliasRow(phone.address)).toContainText('Alias');
    await anna.goesTo('Inbox');
    await anna.opens(waiting.subject, waiting.text);
  });

  await test.step('the old address is released, and a stranger registers under it', async () => {
    await anna.promotes(phone.address, false);
    await anna.removesAlias(anna.address);
    const forStranger = await writes(portal, carl, [anna], message('To whoever reads this now'));
    await stranger.page.goto(linkIn(await newestOf(anna.address, 2, 'register'), portal.url));
    await stranger.registers();
    await expect(stranger.page.getByRole('link', { name: forStranger.subject })).toBeVisible();
    await expect(stranger.page.getByRole('link', { name: early.subject })).toHaveCount(0);
    await stranger.page.getByRole('link', { name: 'Sent' }).first().click();
    await expect(stranger.page.getByRole('heading', { name: 'Sent', exact: true })).toBeVisible();
    await expect(stranger.page.getByRole('link', { name: /Welcome|From the first/ })).toHaveCount(0);
  });

  await test.step('what was delivered stays with her, and answers to it go to her', async () => {
    await anna.goesTo('Inbox');
    await anna.opens(early.subject, early.text);
    await gina.goesTo('Inbox');
    await gina.page.getByRole('link', { name: /Welcome|From the first/ }).first().click();
    await gina.starts('Reply');
    await expect(gina.page.getByText(`${phone.address}`).first()).toBeVisible();
    await gina.writes({ to: [], subject: '', text: 'I hear you moved.' });
    await anna.goesTo('Inbox');
    await expect(anna.page.getByRole('link', { name: /^.*Re: / }).first()).toBeVisible();
  });

  await test.step('she asks for it once more, and its new owner says that it was not them', async () => {
    await anna.addsAlias(anna.address);
    await stranger.page.goto(linkIn(await newestOf(anna.address, 1, 'confirm'), portal.url));
    await expect(stranger.page.getByLabel('Password', { exact: true })).toBeVisible();
    await stranger.findsAccessible('a request for an account that somebody has');
    await stranger.page.getByRole('button', { name: 'This wasn’t me' }).click();
    await stranger.page.getByRole('dialog').getByRole('button', { name: 'End the request' }).click();
    await expect(stranger.page.getByRole('heading', { name: 'The request has ended' })).toBeVisible();
    await expect(anna.aliasRow(anna.address)).toHaveCount(0);
  });
});

test('an administrator claims an address for somebody, who alone confirms it', async ({ portal, somebody }) => {
  const ada = await somebody('Ada Amtmann', 'example.test');
  const anna = await somebody('Anna Berger', 'example.test');
  const there = await somebody('Anna Neu', 'moved.test');
  const printed = await portal.command('--json', 'init', '--administrator', ada.address);
  await ada.page.goto((JSON.parse(printed) as { registration: string }).registration);
  await ada.registers();
  await registered(portal, anna);

  await test.step('Ada looks at the account, and adds an address for it', async () => {
    await ada.page.getByRole('link', { name: 'Administration' }).click();
    await ada.page.getByRole('link', { name: anna.name }).click();
    await ada.page.getByLabel('New Email Address').fill(there.address);
    await ada.page.getByRole('button', { name: 'Send confirmation message' }).click();
    await expect(ada.page.getByText(`A confirmation message to ${there.address} is on its way.`)).toBeVisible();
    await ada.findsAccessible('an account from near');
  });

  await test.step('Anna finds it pending, with a number that Ada does not see', async () => {
    await anna.opensAliasManagement();
    const row = anna.aliasRow(there.address);
    await expect(row).toContainText('Added by an administrator');
    const number = /Number (\d{4})/.exec(await row.innerText())![1]!;
    expect(await ada.page.locator('main').innerText()).not.toContain(`Number ${number}`);
  });

  await test.step('the message says who asks, and Anna confirms', async () => {
    const confirmation = await newestOf(there.address, 1);
    expect(confirmation.text).toContain(anna.address);
    await anna.confirms(linkIn(confirmation, portal.url));
    await expect(anna.aliasRow(there.address)).toContainText('Alias');
    await ada.page.reload();
    const addresses = ada.page.getByRole('region', { name: 'Addresses' });
    await expect(addresses.getByRole('listitem').filter({ hasText: anna.address })).toContainText('Master');
    await expect(addresses.getByRole('listitem').filter({ hasText: there.address })).toContainText('Alias');
  });
});

test('whoever is talked into handing an account over takes it back', async ({ portal, somebody }) => {
  test.setTimeout(400_000);
  const stranger = await somebody('Otto Fremd', 'example.test');
  const vera = await somebody('Vera Gutgläubig', 'partner.test');
  const carl = await somebody('Carl Muster', 'moved.test');
  for (const person of [stranger, vera, carl]) await registered(portal, person);
  const before = await writes(portal, carl, [vera], message('For Vera alone'));
  await stranger.addsAlias(vera.address);
  const row = stranger.aliasRow(vera.address);
  await expect(row).toContainText(/Characters (\w{4} ){2}\w{4}/);
  const [, characters] = /Characters ((?:\w{4} ?){3})/.exec(await row.innerText())!;
  const { page } = vera;

  await test.step('the page asks for the password and the characters, and says that it can be undone', async () => {
    await page.goto(linkIn(await newestOf(vera.address, 1, 'confirm'), portal.url));
    await page.getByLabel('Password', { exact: true }).fill(vera.password);
    await page.getByLabel('Twelve characters').fill('7K3M Q2ZD 9XVT');
    await expect(page.getByText('For three days the password that you enter here takes all of it back.')).toBeVisible();
    await vera.findsAccessible('a request by somebody who is not signed in');
    await page.getByRole('button', { name: 'Confirm and join the accounts' }).click();
    await expect(page.getByText('These are not the twelve characters.')).toBeVisible({ timeout: 60_000 });
    await expect(row).toContainText('Pending');
  });

  await test.step('with those that are read out the address is the stranger’s, and nothing that came before', async () => {
    await page.getByLabel('Twelve characters').fill(characters!.trim().toLowerCase());
    await page.getByRole('button', { name: 'Confirm and join the accounts' }).click();
    await expect(page.getByRole('heading', { name: 'Address confirmed' })).toBeVisible({ timeout: 60_000 });
    await vera.findsAccessible('an account that begins to join');
    await expect(row).toContainText('Whoever had it can take it back until');
    await stranger.goesTo('Inbox');
    await expect(stranger.lines('Inbox')).toHaveCount(0);
  });

  await test.step('the notice leads her to where it is taken back', async () => {
    await page.goto(linkIn(await newestOf(vera.address, 1, 'alarm'), portal.url));
    await vera.findsAccessible('This wasn’t me, of an account that joins');
    await page.getByRole('link', { name: 'Take an address back' }).click();
    await expect(page.getByLabel('The address that you had')).toHaveValue(vera.address);
    const password = page.getByLabel('The password that you had', { exact: true });
    await password.fill('not what it was, at all');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await expect(page.getByText('Nothing can be taken back with this address and password')).toBeVisible({ timeout: 60_000 });
    await vera.findsAccessible('taking an address back');
    await password.fill(vera.password);
    await page.getByRole('button', { name: 'Take it back' }).click();
    await expect(page.getByRole('heading', { name: 'It is yours again' })).toBeVisible({ timeout: 60_000 });
    await vera.findsAccessible('an address that was taken back');
  });

  await test.step('and everything is as it was', async () => {
    await page.getByRole('link', { name: 'Go to sign-in' }).click();
    await vera.signsIn();
    await vera.opens(before.subject, before.text);
    await stranger.opensAliasManagement();
    await expect(row).toHaveCount(0);
  });
});
