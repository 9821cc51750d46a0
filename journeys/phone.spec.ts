// Registering, reading and answering with one hand: the same core on a phone.
import { linkIn, newestOf } from './basic-mail';
import { PHONE, test, word } from './journey';

test('two people exchange a message on their phones', async ({ portal, somebody }) => {
  const anna = await somebody('Anna Beispiel', 'example.test', PHONE);
  const bert = await somebody('Bert Muster', 'partner.test', PHONE);
  const subject = `On the way ${word()}`;

  await test.step('Anna registers and writes', async () => {
    await portal.command('invite', '--kind', 'professional', anna.address);
    await anna.page.goto(linkIn(await newestOf(anna.address, 1), portal.url));
    await anna.registers();
    await anna.findsAccessible('the empty Inbox');
    await anna.starts('New message');
    await anna.writes({ to: [bert.address], subject, text: 'I am on the train.' });
  });

  await test.step('Bert registers, reads and answers', async () => {
    await bert.page.goto(linkIn(await newestOf(bert.address, 1), portal.url));
    await bert.registers();
    await bert.findsAccessible('the Inbox');
    await bert.opens(subject, 'I am on the train.');
    await bert.findsAccessible('a message');
    await bert.starts('Reply');
    await bert.writes({ to: [], subject: '', text: 'See you at the station.' });
  });

  await test.step('Anna reads the answer', async () => {
    await anna.goesTo('Inbox');
    await anna.opens(`Re: ${subject}`, 'See you at the station.');
    await anna.signsOut();
  });
});
