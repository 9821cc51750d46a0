// The real parts that sending is put together from.
import { fromBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { session } from '../../session/session.svelte';
import { vault } from '../../vault/client';
import type { SendParts, SendStep } from './sending';

export function sendParts(onStep: (step: SendStep) => void): SendParts {
  return {
    own: { account: session.account.id, certificate: session.certificate },
    prepare: api.prepareRecipients,
    seal: (letter, messageId, certificates) =>
      vault.call('seal', [letter, messageId, certificates.map(fromBase64), Date.now()]),
    sealAgain: (messageId, certificates) => vault.call('sealAgain', [messageId, certificates.map(fromBase64)]),
    async changedKeys(keys) {
      const sights = await Promise.all(
        keys.map(({ address, fingerprint }) => vault.call('seen', [address, fingerprint, []])),
      );
      const first = keys.filter(({ owned }, at) => owned && sights[at]?.sight === 'first');
      if (first.length > 0) void rememberKeys(first).catch(() => undefined);
      return keys.filter((_, at) => sights[at]?.sight === 'changed').map(({ address }) => address);
    },
    post: (message, idempotencyKey) => api.send(message, idempotencyKey),
    newIdempotencyKey: () => crypto.randomUUID(),
    pause: (ms) => new Promise((resume) => setTimeout(resume, ms)),
    onStep,
  };
}

/** Keeps fingerprints as those that their owners are known by. */
export function rememberKeys(keys: { address: string; fingerprint: string }[]): Promise<void> {
  return session.change(async () => {
    for (const { address, fingerprint } of keys) await vault.call('remember', [address, fingerprint]);
  });
}
