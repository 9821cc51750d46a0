// The web client in a browser, before a portal that lies about whom a message goes to, and about the keyring. Nothing is
// handed over, and the page says why. What is found is listed in docs/findings.md.
import { expect } from '@playwright/test';
import { linkIn, newestOf } from './basic-mail';
import { test } from './journey';
import { Liar } from './liar';
import type { Person } from './person';
import type { Portal } from './portal';

test('a portal that lies about recipients gets nothing sealed to its lie', async ({ portal, somebody }) => {
  const anna = await somebody('Anna Beispiel', 'example.test');
  const bert = await somebody('Bert Muster', 'partner.test');
  const eva = await somebody('Eva Fremd', 'moved.test');
  for (const person of [anna, bert, eva]) {
    await portal.command('invite', '--kind', 'professional', person.address);
    await registersByMail(portal, person);
  }
  const handedOver = () => portal.recorder.count('POST', /^\/api\/v1\/messages$/);
  const { page } = anna;

  await test.step('first contact is said before anything is sealed, and is none the second time', async () => {
    await anna.starts('New message');
    await anna.composes({ to: [bert.address], subject: 'First', text: 'Good day.' });
    await expect(page.getByText(`You have no key of ${bert.address} yet`)).toBeVisible();
    await anna.sends();
    await bert.opens('First', 'Good day.');
    await bert.starts('Reply');
    await bert.writes({ to: [], subject: '', text: 'And to you.' });
    await anna.starts('New message');
    await anna.composes({ to: [bert.address], subject: 'Second', text: 'Again.' });
    await expect(page.getByText('You have no key of')).toHaveCount(0);
    await anna.sends();
    // The first one's *Message sent* may still stand there: it is sent when it is there.
    await bert.goesTo('Inbox');
    await bert.opens('Second', 'Again.');
  });

  const lies: [string[], string | RegExp][] = [
    [['recipients', 'add', eva.address], `The portal would have ${eva.address} read this message`],
    [['recipients', 'rename', eva.address], `The portal would have ${eva.address} read this message`],
    [['recipients', 'drop'], `The portal says nothing of ${bert.address}`],
    [['recipients', 'answer-twice'], `The portal names two keys for ${bert.address}`],
    [['recipients', 'redirect', eva.address], `The key that the portal names for ${bert.address} belongs to another address`],
    [['recipients', 'claim-own'], `The portal says that ${bert.address} is an address of yours`],
    [['recipients', 'claim-own-account'], `The portal names a key for ${bert.address} that is said to be yours`],
    [['recipients', 'redirect-bare', eva.address], 'Keys have changed'],
    [['recipients', 'swap-key'], 'Keys have changed'],
    [['recipients', 'swap-key-of-invited'], 'Keys have changed'],
  ];
  const before = handedOver();
  for (const [lie, said] of lies) {
    await test.step(lie.join(' '), async () => {
      await anna.starts('New message');
      await anna.composes({ to: [bert.address], subject: 'Third', text: 'For Bert alone.' });
      const liar = await Liar.tells(portal, ...lie);
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await expect(page.getByText(said).first()).toBeVisible();
      await liar.stops();
      await leaves(anna);
      expect(handedOver()).toBe(before);
    });
  }

  await test.step('deliveries sender-now', async () => {
    await anna.goesTo('Inbox');
    const liar = await Liar.tells(portal, 'deliveries', 'sender-now', eva.address);
    await anna.opens('Re: First', 'And to you.');
    await anna.starts('Reply');
    await page.getByLabel('Message', { exact: true }).fill('Whom does this reach?');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(page.getByText('Keys have changed')).toBeVisible();
    await liar.stops();
    await leaves(anna);
    expect(handedOver()).toBe(before);
  });

  await test.step('with the truth, all goes on', async () => {
    await anna.starts('New message');
    await anna.writes({ to: [bert.address], subject: 'Fourth', text: 'As before.' });
    await bert.goesTo('Inbox');
    await bert.opens('Fourth', 'As before.');
    expect(handedOver()).toBe(before + 1);
    await eva.page.reload();
    await eva.seesInbox();
    await expect(eva.lines('Inbox')).toHaveCount(0);
  });
});

test('a portal that serves an older keyring has it refused, and the truth opens', async ({ portal, somebody }) => {
  const anna = await somebody('Anna Beispiel', 'example.test');
  const bert = await somebody('Bert Muster', 'partner.test');
  for (const person of [anna, bert]) {
    await portal.command('invite', '--kind', 'professional', person.address);
    await registersByMail(portal, person);
  }
  const { page } = anna;
  await anna.signsOut();
  // The first keyring that is served from now on is served again and again.
  const liar = await Liar.tells(portal, 'vaults', 'older');
  await page.goto(portal.url);
  await anna.signsIn();
  // Bert's key is remembered in a later one.
  await anna.starts('New message');
  await anna.writes({ to: [bert.address], subject: 'First', text: 'Good day.' });
  await anna.signsOut();
  const written = () => portal.recorder.count('PUT', /^\/api\/v1\/vault$/);
  const before = written();

  await page.getByLabel('Email address').fill(anna.address);
  await page.getByLabel('Password', { exact: true }).fill(anna.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'The portal gives out an older keyring' })).toBeFocused();
  await expect(page.getByText('It can also be an attack. Nothing was opened.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'The portal was restored: go on' })).toBeVisible();
  await anna.findsAccessible('a keyring that is refused');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await liar.stops();
  expect(written()).toBe(before);

  await anna.signsIn();
  await anna.goesTo('Sent');
  await anna.opens('First', 'Good day.');
});

/** Goes away from what was being written, whatever is asked. */
async function leaves({ page }: Person): Promise<void> {
  const asked = page.getByRole('dialog');
  if (await asked.isVisible()) await asked.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('button', { name: 'Discard message' }).click();
}

async function registersByMail(portal: Portal, person: Person): Promise<void> {
  await person.page.goto(linkIn(await newestOf(person.address, 1), portal.url));
  await person.registers();
}
