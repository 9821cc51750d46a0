// What an administrator does: invites, looks over the accounts, disables one. Never reads.
import { expect } from '@playwright/test';
import { linkIn, newestOf } from './basic-mail';
import { test } from './journey';

test('an administrator invites somebody, disables the account and enables it again', async ({ portal, somebody }) => {
  const ada = await somebody('Ada Amtmann', 'example.test');
  const bert = await somebody('Bert Muster', 'partner.test');

  await test.step('Ada registers under the link of the command line', async () => {
    const printed = await portal.command('--json', 'init', '--administrator', ada.address);
    // What tells which passwords are tried first does not come at once: nothing is chosen unchecked, and trying again helps.
    const guessing = '**/assets/guessing_bg-*.wasm';
    await ada.page.context().route(guessing, (route) => route.abort());
    await ada.page.goto((JSON.parse(printed) as { registration: string }).registration);
    await ada.fillsRegistration();
    await ada.page.getByRole('button', { name: 'Open account' }).click();
    await expect(ada.page.getByText('could not be checked, and nothing was sent')).toBeVisible();
    await ada.findsAccessible('registration without the check of passwords');
    await ada.page.context().unroute(guessing);
    await ada.registers();
    await ada.page.getByRole('link', { name: 'Administration' }).click();
    await expect(ada.page.getByRole('cell', { name: ada.name })).toBeVisible();
    await ada.findsAccessible('administration');
  });

  await test.step('Ada invites Bert, once', async () => {
    await ada.page.getByLabel('Email address to invite').fill(bert.address);
    await ada.page.getByRole('radio', { name: 'Professional' }).check();
    await ada.page.getByRole('button', { name: 'Send invitation' }).click();
    await expect(ada.page.getByText(`An invitation to ${bert.address} is on its way.`)).toBeVisible();
    await bert.page.goto(linkIn(await newestOf(bert.address, 1), portal.url));
    await bert.registers();
    await ada.page.getByLabel('Email address to invite').fill(bert.address);
    await ada.page.getByRole('button', { name: 'Send invitation' }).click();
    await expect(ada.page.getByText('Somebody has registered under this address already.')).toBeVisible();
  });

  await test.step('Bert is shut out, and let in again', async () => {
    await ada.page.reload();
    await ada.page.getByRole('button', { name: `Disable ${bert.name}` }).click();
    await ada.findsAccessible('the question before an account is disabled');
    await ada.page.getByRole('button', { name: 'Disable account' }).click();
    await expect(ada.page.getByText(`${bert.name} is disabled`)).toBeVisible();
    await bert.page.reload();
    await expect(bert.page.getByText('This account is disabled.')).toBeVisible();
    await bert.findsAccessible('being shut out');
    await ada.page.getByRole('button', { name: `Enable ${bert.name}` }).click();
    await expect(ada.page.getByText(`${bert.name} is enabled again`)).toBeVisible();
    await bert.signsIn();
  });
});
