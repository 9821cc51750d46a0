// The main job from end to end: invite, register, seal, send, notify, open, answer, forward. Afterwards nothing of what
// was written may stand anywhere but in the browsers.
import { expect } from '@playwright/test';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { linkIn, newestOf } from './basic-mail';
import { distributed, embedded } from './engines';
import { test, word } from './journey';
import { sha256Of, type Person } from './person';
import { PORTAL_NAME, type Portal } from './portal';
import { filesBelow, search } from './search';

const FILE_SIZE = 20_000_000;

for (const engine of [embedded, distributed]) {
  test.describe(() => {
    test.use({ engine });

    test(`two people who own a browser and a mailbox exchange a message, on ${engine.name}`, async ({
      portal,
      somebody,
    }, info) => {
      const anna = await somebody('Anna Beispiel', 'example.test');
      const bert = await somebody('Bert Muster', 'partner.test');
      const carla = await somebody('Carla Probe', 'moved.test');
      const secret = {
        subject: `Draft ${word()}`,
        text: `The price is ${word()}.`,
        answer: `Agreed: ${word()}.`,
        note: `For your files: ${word()}.`,
        fileName: `contract-${word()}.bin`,
        fileContent: word(),
      };
      const file = info.outputPath(secret.fileName);
      await writeRandomFile(file, secret.fileContent);
      const fileHash = await sha256Of(file);

      await test.step('Anna is invited by mail and registers', async () => {
        await portal.command('invite', '--kind', 'professional', anna.address);
        await registersByMail(portal, anna);
        await anna.findsAccessible('the empty Inbox');
      });

      await test.step('she sends a message with a file to somebody unknown here', async () => {
        await anna.starts('New message');
        await anna.writes({ to: [bert.address], subject: secret.subject, text: secret.text, files: [file] });
        await anna.goesTo('Sent');
        await anna.opens(secret.subject, secret.text);
        await anna.findsAccessible('a sent message');
        await anna.goesTo('Inbox');
      });

      await test.step('Bert is notified, registers, reads and downloads', async () => {
        await registersByMail(portal, bert, anna);
        await bert.opens(secret.subject, secret.text, 'First message from this key');
        await bert.findsAccessible('a received message');
        expect(await bert.downloads(secret.fileName)).toBe(fileHash);
      });

      await test.step('he answers, and Anna sees it without a reload', async () => {
        const stillTheSame = await anna.marksPage();
        await bert.starts('Reply');
        await bert.writes({ to: [], subject: '', text: secret.answer });
        await anna.opens(`Re: ${secret.subject}`, secret.answer);
        expect(await stillTheSame(), 'the page was not loaded again').toBe(true);
        const notification = await newestOf(anna.address, 2);
        expect(notification.text).toContain(bert.name);
        expect(linkIn(notification, portal.url)).toMatch(/\/inbox\/[0-9a-f-]{36}$/);
        // He has written to her key, and so it is one that he knows.
        await bert.goesTo('Inbox');
        await bert.opens(secret.subject, secret.text, 'Signature verified');
      });

      await test.step('she forwards the file without a second upload', async () => {
        const uploads = () => portal.recorder.count('PUT', /^\/api\/v1\/blobs\//);
        const before = uploads();
        expect(before, 'uploads so far').toBe(1);
        await anna.goesTo('Sent');
        await anna.opens(secret.subject, secret.text);
        await anna.starts('Forward');
        await anna.writes({ to: [carla.address], subject: '', text: secret.note });
        expect(uploads()).toBe(before);
        await registersByMail(portal, carla, anna);
        await carla.opens(`Fwd: ${secret.subject}`, secret.note);
        expect(await carla.downloads(secret.fileName)).toBe(fileHash);
      });

      await test.step('Anna stays signed in across a reload, until she signs out', async () => {
        await anna.goesTo('Inbox');
        await anna.page.reload();
        await anna.opens(`Re: ${secret.subject}`, secret.answer);
        await anna.signsOut();
        await anna.page.goto(`${portal.url}/inbox`);
        await anna.findsAccessible('signing in');
        await anna.signsIn();
        await anna.opens(`Re: ${secret.subject}`, secret.answer);
      });

      await test.step('nothing confidential stands outside the browsers', async () => {
        await portal.stop();
        const places = await portal.everything();
        const canaries = [...Object.values(secret), anna.password, bert.password, carla.password].map(longestWord);
        for (const [name, folder] of Object.entries(places)) expect(search(folder, canaries), name).toEqual([]);

        // The search looked where there was something to find.
        for (const name of ['database', 'http', 'mails'] as const) {
          expect(search(places[name], [bert.address]), `an address in ${name}`).not.toEqual([]);
        }
        expect(search(places.logs, ['listening on']), 'the log').not.toEqual([]);
        const sizes = await Promise.all(filesBelow(places.blobs).map(async (path) => (await stat(path)).size));
        expect(Math.max(...sizes), 'the sealed file').toBeGreaterThan(FILE_SIZE);
      });
    });
  });
}

/** Follows the link in the newest mail, which tells who writes but not what, and registers. */
async function registersByMail(portal: Portal, person: Person, writer?: Person): Promise<void> {
  const invitation = await newestOf(person.address, 1);
  expect(invitation.text).toContain(PORTAL_NAME);
  if (writer) expect(invitation.text).toContain(writer.name);
  await person.page.goto(linkIn(invitation, portal.url));
  await person.registers();
}

/** Bytes that nothing can compress or guess, with a word at the beginning, in the middle and at the end. */
async function writeRandomFile(path: string, content: string): Promise<void> {
  const file = createWriteStream(path);
  const half = (FILE_SIZE - 3 * content.length) / 2;
  for (const part of [content, randomBytes(half), content, randomBytes(half), content]) file.write(part);
  file.end();
  await once(file, 'finish');
}

/** The random part of a text. */
function longestWord(text: string): string {
  return text.match(/[a-z]{20,}/)![0];
}
