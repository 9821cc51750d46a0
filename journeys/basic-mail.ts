// Basic inboxes, read by IMAP as a mail program would.
import { expect } from '@playwright/test';
import { ImapFlow } from 'imapflow';
import PostalMime, { type Email } from 'postal-mime';
import { mail } from './parts';

/** Every mail in somebody's inbox, oldest first, as it was delivered. */
export async function rawMails(address: string): Promise<Buffer[]> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: mail.imapPort(),
    secure: false,
    doSTARTTLS: false,
    auth: { user: address, pass: mail.password() },
    logger: false,
  });
  await client.connect();
  try {
    const { exists } = await client.mailboxOpen('INBOX', { readOnly: true });
    if (exists === 0) return [];
    const mails = await client.fetchAll('1:*', { source: true });
    return mails.map(({ source }) => source ?? Buffer.alloc(0));
  } finally {
    await client.logout();
  }
}

/** Waits until somebody has `count` mails, of those whose link leads to `page` where one is named, and gives the newest. */
export async function newestOf(address: string, count: number, page?: 'confirm' | 'register' | 'alarm' | 'device'): Promise<Email> {
  let mails: Email[] = [];
  const arrived = async () => {
    const all = await Promise.all((await rawMails(address)).map((mail) => PostalMime.parse(mail)));
    mails = all.filter(({ text }) => !page || text?.includes(`/${page}#`));
    return mails.length;
  };
  await expect.poll(arrived, { message: `mails to ${address}`, timeout: 60_000 }).toBe(count);
  return mails.at(-1)!;
}

/** The one link of a notification; its text and its HTML must carry the same. */
export function linkIn(email: Email, portal: string): string {
  const links = (text: string | undefined) => [...new Set(text?.match(/https?:\/\/[^\s"'<>]+/g) ?? [])];
  const [link, ...more] = links(email.text).filter((url) => url.startsWith(portal));
  expect(more, 'further links in the text').toEqual([]);
  expect(link, 'the link in the text').toBeDefined();
  expect(links(email.html?.replaceAll('&amp;', '&')), 'links in the HTML').toContain(link);
  return link!;
}
