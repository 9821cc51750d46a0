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

test('a portal that lies about keys and keyrings is refused or told of, and the truth opens', async ({ portal, somebody }) => {
  const anna = await somebody('Anna Beispiel', 'example.test');
  const bert = await somebody('Bert Muster', 'partner.test');
  await portal.command('invite', '--kind', 'professional', anna.address);
  await registersByMail(portal, anna);
  const { page } = anna;

  await test.step('parcels origin: the key that mail waited under is not taken in, and all else goes on', async () => {
    await anna.starts('New message');
    await anna.writes({ to: [bert.address], subject: 'Waiting', text: 'Welcome.' });
    const liar = await Liar.tells(portal, 'parcels', 'origin');
    await registersByMail(portal, bert);
    const told = bert.page.getByText('is not signed by whoever gave it');
    await expect(told.first()).toBeVisible();
    await bert.page.getByRole('link', { name: 'Account' }).click();
    await expect(bert.page.getByRole('region', { name: 'Safety' }).getByText('is not signed by whoever gave it')).toBeVisible();
    await liar.stops();
    await bert.page.reload();
    await expect(bert.page.getByRole('heading', { name: 'Safety' })).toBeVisible();
    await expect(told).toHaveCount(0);
    await bert.goesTo('Inbox');
    await bert.opens('Waiting', 'Welcome.');
  });

  const written = () => portal.recorder.count('PUT', /^\/api\/v1\/vault$/);
  const refused = async (said: string) => {
    const before = written();
    await page.getByLabel('Email address').fill(anna.address);
    await page.getByLabel('Password', { exact: true }).fill(anna.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText(said).first()).toBeVisible();
    expect(written()).toBe(before);
  };

  await test.step('vaults older', async () => {
    await anna.signsOut();
    // The first keyring that is served from now on is served again and again.
    const liar = await Liar.tells(portal, 'vaults', 'older');
    await page.goto(portal.url);
    await anna.signsIn();
    // Bert's key is remembered in a later one.
    await anna.starts('New message');
    await anna.writes({ to: [bert.address], subject: 'First', text: 'Good day.' });
    await anna.signsOut();
    await refused('It can also be an attack. Nothing was opened.');
    await expect(page.getByRole('heading', { name: 'The portal gives out an older keyring' })).toBeFocused();
    await expect(page.getByRole('button', { name: 'The portal was restored: go on' })).toBeVisible();
    await anna.findsAccessible('a keyring that is refused');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await liar.stops();
  });

  const lies: [string[], string, boolean][] = [
    [['vaults', 'leap'], 'The portal gives out a keyring that cannot be right', true],
    [['vaults', 'noise'], 'Your keyring cannot be opened', true],
    [['vaults', 'rename-slot'], 'Your password is right, but', false],
    [['vaults', 'swap-slot'], 'Your password is right, but', false],
    [['account', 'another'], 'The portal gives out another account’s keyring', true],
    [['sign-ins', 'weak-stretching'], 'This portal protects passwords less than this page takes', false],
    [['sign-ins', 'excessive-stretching'], 'This portal asks for more work on a password', false],
    [['sign-ins', 'other-origin'], 'This portal says that it is reached under another address', false],
  ];
  for (const [lie, said, leaves] of lies) {
    await test.step(lie.join(' '), async () => {
      const liar = await Liar.tells(portal, ...lie);
      // Somebody else's account comes before hers.
      if (lie[0] === 'account') await portal.as(bert, 'inbox');
      await refused(said);
      if (leaves) await page.getByRole('button', { name: 'Sign out' }).click();
      await liar.stops();
    });
  }

  await test.step('with the truth, all goes on', async () => {
    await anna.signsIn();
    await anna.goesTo('Sent');
    await anna.opens('First', 'Good day.');
  });
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
