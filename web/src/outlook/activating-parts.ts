// The real parts that activating is put together from.
import { toBase64 } from '../api/bytes';
import * as api from '../api/client';
import type { SignedIn } from '../api/types';
import { apart, type SignInStep } from '../features/sign-in/sign-in';
import { addressesOf } from '../session/certificate';
import { vault } from '../vault/client';
import type { Shelf } from './activations';
import type { OwnAccount, Parts } from './activating';
import { version } from './version';

/** The name under which the portal knows this program. */
const PROGRAM = 'outlook';

/** Begins a session by an activation's secret. */
export async function beginBy(secret: Uint8Array): Promise<SignedIn & { bearer: string }> {
  const token = await vault.call('passToken', ['activation', secret]);
  const { bearer, ...signedIn } = await api.beginByActivation(toBase64(token), version);
  if (bearer === undefined || bearer === null) throw new Error('a session without a secret');
  return { ...signedIn, bearer };
}

export function ownAccount({ session: { account } }: Pick<SignedIn, 'session'>): OwnAccount {
  return { id: account.id, name: account.name, addresses: addressesOf(account) };
}

export function activatingParts(shelf: Shelf, device: string, onStep: (step: SignInStep) => void): Parts {
  return {
    portal: location.origin,
    inPerson: (address, password, work) =>
      apart(
        address,
        password,
        ({ session, bearer, vault: opened }) =>
          work({
            account: ownAccount({ session }),
            makePass: () => opened.call('makePass', ['activation']),
            activate: ({ token, wrapped }) =>
              api.activate(
                { program: PROGRAM, version, device, token: toBase64(token), slot: toBase64(wrapped) },
                bearer,
              ),
            remove: (id) => api.removeActivation(id, bearer),
            setBlocked: (id, blocked) => api.setActivationBlocked(id, blocked, bearer),
          }),
        onStep,
      ),
    async byItself(secret, work) {
      const { bearer } = await beginBy(secret);
      try {
        return await work({
          all: () => api.activations(bearer),
          remove: (id) => api.removeActivation(id, bearer),
          setBlocked: (id, blocked) => api.setActivationBlocked(id, blocked, bearer),
        });
      } finally {
        // It ends with its activation by itself.
        await api.endSession(bearer).catch(() => undefined);
      }
    },
    put: (kept) => shelf.put(kept),
    forget: (id) => shelf.forget(id),
  };
}
