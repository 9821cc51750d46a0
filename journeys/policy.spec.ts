// What the pages' policy allows is what they need, and no more: a message is written with formatting, pasted and read
// without a violation, and of what injected markup or a foreign script would do nothing works.
import { expect, type Page } from '@playwright/test';
import { test, word } from './journey';
import { registered } from './year';

test('a formatted message is written, pasted and read without a violation', async ({ portal, somebody }) => {
  const anna = await somebody('Anna Berger', 'example.test');
  const ben = await somebody('Ben Ortiz', 'partner.test');
  await registered(portal, anna);
  await registered(portal, ben);
  const [subject, text, pasted] = [`Terms ${word(8)}`, word(12), word(12)];

  await anna.starts('New message');
  await anna.composes({ to: [ben.address], subject, text });
  await anna.page.getByRole('button', { name: 'Formatting' }).click();
  const editor = anna.page.getByRole('textbox', { name: 'Message', exact: true });
  await expect(editor).toContainText(text);
  await pastes(anna.page, `<p>It is <b>${pasted}</b>.</p><img src="https://spy.example/x.png" onerror="alert(1)">`);
  await expect(editor.locator('strong')).toHaveText(pasted);
  await anna.sends();

  await ben.goesTo('Inbox');
  await ben.page.getByRole('link', { name: subject }).click();
  const letter = ben.page.frameLocator('iframe');
  await expect(letter.locator('strong')).toHaveText(pasted);
  await ben.signsOut();
  // That nothing was refused on the way is what every journey ends with.
});

test('text becomes markup or a script by the named policies alone', async ({ page, portal }) => {
  for (const path of ['/', '/sign-in', '/outlook']) {
    await page.goto(portal.url + path);
    await expect(page.locator('#app > *').first()).toBeVisible();
    expect(await refusals(page), path).toEqual({
      markup: 'TypeError',
      script: 'TypeError',
      worker: 'TypeError',
      'another policy': 'TypeError',
      'a default policy': 'TypeError',
      'there is a default policy': 'false',
    });
  }
});

/** What a page's own script is told that it may not do. */
function refusals(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const types = Reflect.get(window, 'trustedTypes') as {
      defaultPolicy: unknown;
      createPolicy: (name: string, rules: object) => unknown;
    };
    const refused: Record<string, string> = {};
    const tries: [string, () => unknown][] = [
      ['markup', () => (document.createElement('div').innerHTML = '<b>bold</b>')],
      ['script', () => (document.createElement('script').src = '/assets/none.js')],
      ['worker', () => new Worker('/assets/none.js')],
      ['another policy', () => types.createPolicy('another', {})],
      ['a default policy', () => types.createPolicy('default', {})],
    ];
    for (const [what, work] of tries) {
      try {
        work();
        refused[what] = 'no';
      } catch (error) {
        refused[what] = (error as Error).name;
      }
    }
    return { ...refused, 'there is a default policy': String(types.defaultPolicy !== null) };
  });
}

/** Pastes HTML where the page has its cursor, as a browser does it. */
async function pastes(page: Page, html: string): Promise<void> {
  await page.evaluate((data) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/html', data);
    clipboardData.setData('text/plain', 'plain');
    const target = document.activeElement!;
    target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, html);
}
