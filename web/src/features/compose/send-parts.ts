// The real parts that sending is put together from.
import * as api from '../../api/client';
import { sealingTime } from '../../api/clock';
import { isRefused } from '../../api/problem';
import type { Recipient } from '../../api/types';
import { session } from '../../session/session.svelte';
import { isVaultError, vault } from '../../vault/client';
import type { Addressee, ChangedKey } from '../../vault/protocol';
import type { SendParts, SendStep } from './sending';

/** What the vault says where the own addresses are not those that its certificate names. */
const OWN_ADDRESSES = ['own-key-for-another', 'own-address-elsewhere'];

export function sendParts(
  onStep: (step: SendStep) => void,
  /** Told before anything is sealed to them. */
  onFirstContacts: (addresses: string[]) => void,
): SendParts {
  async function check(...[messageId, account, addressees, answer, inReplyTo]: Parameters<SendParts['check']>) {
    const ask = (former?: Recipient[]) => vault.call('checkReaders', [messageId, account, addressees, answer, former]);
    return ask()
      .catch(async (error: unknown) => {
        // The account's addresses may have changed, and this page not have heard of it.
        if (!OWN_ADDRESSES.some((code) => isVaultError(error, code))) throw error;
        await session.refresh();
        return ask();
      })
      .catch(async (error: unknown) => {
        if (!isVaultError(error, 'former-needed')) throw error;
        return ask(await whoHas(error.addresses, inReplyTo));
      });
  }

  return {
    account: () => session.session?.account.id ?? '',
    prepare: api.prepareRecipients,
    async check(messageId, ...asked) {
      const readers = await check(messageId, ...asked);
      onFirstContacts(
        readers.filter(({ acquaintance }) => acquaintance === 'first-contact').map(({ address }) => address),
      );
      // Kept in the background: sending does not wait for it, and the next message tries again.
      void session.change(() => vault.call('rememberReaders', [messageId])).catch(() => undefined);
    },
    seal: (letter, messageId) => vault.call('seal', [letter, messageId, sealingTime()]),
    sealAgain: (messageId) => vault.call('sealAgain', [messageId]),
    async askSender() {
      await session.refresh();
      return session.sender;
    },
    post: (message, idempotencyKey) => api.send(message, idempotencyKey),
    newIdempotencyKey: () => crypto.randomUUID(),
    pause: (ms) => new Promise((resume) => setTimeout(resume, ms)),
    onStep,
  };
}

/** What the portal answers about former addresses, each asked by itself. */
async function whoHas(former: readonly string[], inReplyTo: string | undefined): Promise<Recipient[]> {
  const answers = former.map(async (address) => {
    try {
      return await api.prepareRecipients([address], inReplyTo);
    } catch (error) {
      // Somebody's whom this account may not write to, or nobody's whom it may not invite today.
      if (isRefused(error, 'recipients-not-allowed') || isRefused(error, 'too-many-requests')) return [];
      throw error;
    }
  });
  return (await Promise.all(answers)).flat();
}

/** Those of whom the vault knows no key; nobody, where it cannot be asked. */
export async function firstContactsOf(addressees: Addressee[]): Promise<string[]> {
  if (addressees.length === 0) return [];
  return vault.call('firstContacts', [addressees]).catch(() => []);
}

/** Takes changed keys as those of the people, who were asked. */
export function acceptKeys(keys: readonly ChangedKey[]): Promise<void> {
  return session.change(() => vault.call('acceptKeys', [[...keys]]));
}
