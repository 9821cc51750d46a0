// The real parts that sending is put together from.
import { fromBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { sealingTime } from '../../api/clock';
import { Refused } from '../../api/problem';
import { session } from '../../session/session.svelte';
import { vault } from '../../vault/client';
import { predecessorsOf } from '../../vault/predecessors';
import { sightOf, type KnownKeys } from './known-keys';
import { canonical } from './recipients';
import type { SendParts, SendStep } from './sending';

export function sendParts(onStep: (step: SendStep) => void): SendParts {
  return {
    own: () => ({ account: session.session?.account.id ?? '', certificate: session.certificate }),
    prepare: api.prepareRecipients,
    seal: (letter, messageId, certificates) =>
      vault.call('seal', [letter, messageId, certificates.map(fromBase64), sealingTime()]),
    sealAgain: (messageId, certificates) => vault.call('sealAgain', [messageId, certificates.map(fromBase64)]),
    async changedKeys(keys, inReplyTo) {
      const known = knownKeys(inReplyTo);
      const sights = await Promise.all(keys.map((key) => sightOf(key, known)));
      const news = keys.filter(({ owned }, at) => owned && (sights[at] === 'first' || sights[at] === 'succeeded'));
      if (news.length > 0) void rememberKeys(news).catch(() => undefined);
      return keys.filter((_, at) => sights[at] === 'changed').map(({ address }) => address);
    },
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

function knownKeys(inReplyTo: string | undefined): KnownKeys {
  return {
    seen: (address, fingerprint, predecessors) =>
      vault.call('seenForSealing', [address, fingerprint, predecessorsOf({ predecessors })]),
    async predecessorsAt(address, account) {
      try {
        const recipients = await api.prepareRecipients([address], inReplyTo);
        const same = recipients.find((each) => canonical(each.address) === canonical(address));
        return same?.account === account ? (same.predecessors ?? []) : [];
      } catch (error) {
        // Nobody's any more, or somebody's whom this account may not write to.
        if (error instanceof Refused) return [];
        throw error;
      }
    },
  };
}

/** Keeps fingerprints as those that their owners are known by. */
export function rememberKeys(keys: { address: string; fingerprint: string }[]): Promise<void> {
  return session.change(async () => {
    let changed = false;
    for (const { address, fingerprint } of keys) {
      if (await vault.call('remember', [address, fingerprint])) changed = true;
    }
    return changed;
  });
}
