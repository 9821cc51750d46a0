// Check for Updates in Outlook, by keyboard alone, while the portal has a newer version and another manifest.
import { expect } from '@playwright/test';
import { test } from './journey';
import { OutlookHost } from './outlook-host';

test('a newer version is explained and brought in, with a keyboard alone', async ({ portal, somebody }) => {
  const anna = await somebody('Anna Berger', 'example.test');
  const page = await anna.page.context().newPage();
  const outlook = await OutlookHost.open(page, portal);
  const asked = '**/api/v1/outlook';
  await page.context().route(asked, async (route) => {
    const info = (await (await route.fetch()).json()) as object;
    await route.fulfill({ json: { ...info, version: '9.0.0', manifest_version: '9.0.0' } });
  });
  await page.bringToFront();
  await outlook.button('Check for Updates').focus();
  await page.keyboard.press('Enter');
  const pane = outlook.pane();
  await expect(pane.getByText('Version 9.0.0 is there.')).toBeVisible();
  await expect(pane.getByRole('heading', { name: 'Outlook’s own entry' })).toBeVisible();
  await expect(pane.getByRole('link', { name: 'The manifest' })).toHaveAttribute('href', /\/outlook\/manifest\.xml$/);
  await outlook.findsAccessible('a newer version');

  const button = pane.getByRole('button', { name: 'Bring in the newest version' });
  const isFocused = () => button.evaluate((element) => element === document.activeElement);
  for (let stops = 0; stops < 40 && !(await isFocused()); stops += 1) await page.keyboard.press('Tab');
  expect(await isFocused(), 'the button is reached by Tab').toBe(true);
  // By then it is what the portal serves.
  await page.context().unroute(asked);
  await page.keyboard.press('Enter');
  await expect(pane.getByText('This is the newest version')).toBeVisible();
});
