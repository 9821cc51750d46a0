// Who is signed in, and the vault that goes with it.
import { fromBase64, toBase64 } from '../api/bytes';
import * as api from '../api/client';
import { Refused, Unreachable, isRefused } from '../api/problem';
import type { Account, Portal, Session, SignedIn } from '../api/types';
import { isVaultError, vault } from '../vault/client';
import * as reloadKey from './reload-key';
import { changeVault } from './vault-writes';

/** Why the sign-in page is shown. */
export type SignedOutBecause = 'never' | 'ended' | 'disabled' | 'no-key' | 'signed-out' | 'signed-out-unsure';

export type Phase =
  | { name: 'starting' }
  | { name: 'unreachable' }
  | { name: 'module-failed' }
  | { name: 'signed-out'; because: SignedOutBecause }
  | { name: 'signed-in' };

class CurrentSession {
  phase = $state.raw<Phase>({ name: 'starting' });
  portal = $state.raw<Portal>();
  session = $state.raw<Session>();
  /** Of the open vault's own certificate. */
  fingerprint = $state('');
  /** The open vault's own certificate, in base64. Never taken from the portal, which could name another. */
  certificate = '';
  #version = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #onEnd: (() => void)[] = [];

  /** The signed-in account; only pages that need a session may ask. */
  get account(): Account {
    if (!this.session) throw new Error('nobody is signed in');
    return this.session.account;
  }

  /** Outgoing messages come from the Master. */
  get master(): string {
    const { addresses } = this.account;
    return (addresses.find(({ master }) => master) ?? addresses[0])?.address ?? '';
  }

  get ownAddresses(): string[] {
    return this.account.addresses.map(({ address }) => address);
  }

  /** Calls `listener` when the session ends, so that what belongs to it is let go. */
  whenEnded(listener: () => void): void {
    this.#onEnd.push(listener);
  }

  /** Takes up the session of the last visit, if there is one. */
  async start(): Promise<void> {
    this.phase = { name: 'starting' };
    try {
      // The module loads while the portal is asked, and while somebody signs in: they meet when both are there.
      const module = vault.call('load', []);
      module.catch((error: unknown) => this.#failed(error));
      const [portal, session] = await Promise.all([
        api.portal(),
        api.session().catch((error: unknown) => {
          if (isRefused(error, 'signed-out')) return undefined;
          throw error;
        }),
      ]);
      this.portal = portal;
      if (session) await module.then(() => this.#resume(session));
      else this.#leave(reloadKey.kept() ? 'ended' : 'never');
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (isVaultError(error, 'module-failed')) this.phase = { name: 'module-failed' };
    else if (isRefused(error, 'account-disabled')) this.#leave('disabled');
    else if (error instanceof Unreachable || error instanceof Refused) this.phase = { name: 'unreachable' };
    // Ended by the person meanwhile; anything else is a fault of the page's own.
    else if (!isVaultError(error, 'forgotten')) throw error;
  }

  /** Begins a session whose vault has just been opened in the worker. */
  async begin({ session, vault: stored }: SignedIn): Promise<void> {
    const wrapped = await vault.call('wrapForReload', [fromBase64(session.reload_key)]);
    reloadKey.keep({ account: session.account.id, wrapped });
    await this.#enter(session, stored.version);
  }

  async signOut(): Promise<void> {
    reloadKey.destroy();
    const told = await api.endSession().then(
      () => true,
      () => false,
    );
    this.#leave(told ? 'signed-out' : 'signed-out-unsure');
  }

  /** The portal or another window says that the session is no more. */
  end(because: SignedOutBecause): void {
    if (this.phase.name !== 'signed-in') return;
    reloadKey.destroy();
    this.#leave(because);
  }

  /** The account changed at the portal. */
  async refresh(): Promise<void> {
    this.session = await api.session();
    await this.takeInParcels();
  }

  /** Changes the vault and stores it, one change after the other. */
  change(change: () => Promise<void>): Promise<void> {
    const run = this.#writing.then(async () => {
      this.#version = await changeVault(
        {
          lock: () => vault.call('lock', []),
          write: async (sealed, version) => (await api.writeVault(toBase64(sealed), version)).version,
          reopen: () => this.#reopen(),
        },
        this.#version,
        change,
      );
    });
    this.#writing = run.catch(() => undefined);
    return run;
  }

  /** Takes keys that were handed over into the keyring. The portal drops its copy only when the vault is stored. */
  async takeInParcels(): Promise<void> {
    const parcels = await api.parcels();
    if (parcels.length === 0) return;
    const taken = new Set<string>();
    await this.change(async () => {
      for (const parcel of parcels) {
        try {
          await vault.call('takeIn', [fromBase64(parcel.sealed)]);
          taken.add(parcel.id);
        } catch (error) {
          // One that cannot be opened stays with the portal; it must not keep anybody from signing in.
          if (!isVaultError(error)) throw error;
        }
      }
    });
    // Another window may have been quicker.
    await Promise.all([...taken].map((id) => api.dropParcel(id).catch(() => undefined)));
  }

  async #resume(session: Session): Promise<void> {
    const key = reloadKey.kept();
    if (key?.account !== session.account.id) return this.#leaveWithoutKey();
    this.session = session;
    try {
      this.#version = await this.#reopen();
    } catch (error) {
      if (error instanceof Unreachable || error instanceof Refused || isVaultError(error, 'module-failed')) throw error;
      return this.#leaveWithoutKey();
    }
    await this.#enter(session, this.#version);
  }

  async #reopen(): Promise<number> {
    const key = reloadKey.kept();
    if (!key || !this.session) throw new Error('no key was kept');
    const stored = await api.vault();
    const unlock = fromBase64(this.session.reload_key);
    await vault.call('openAfterReload', [fromBase64(stored.sealed), key.wrapped, unlock]);
    return stored.version;
  }

  async #enter(session: Session, version: number): Promise<void> {
    this.session = session;
    this.#version = version;
    await this.takeInParcels();
    const identity = await vault.call('identity', []);
    this.fingerprint = identity.fingerprint;
    this.certificate = toBase64(identity.certificate);
    this.phase = { name: 'signed-in' };
  }

  async #leaveWithoutKey(): Promise<void> {
    // A session that cannot open anything is worth nothing to its owner, and something to a thief.
    await api.endSession().catch(() => undefined);
    this.#leave('no-key');
  }

  #leave(because: SignedOutBecause): void {
    if (because !== 'never') reloadKey.destroy();
    const wasIn = this.phase.name === 'signed-in';
    this.session = undefined;
    this.fingerprint = '';
    this.certificate = '';
    this.#version = 0;
    this.phase = { name: 'signed-out', because };
    if (!wasIn) return;
    vault.forget();
    for (const listener of this.#onEnd) listener();
  }
}

export const session = new CurrentSession();

api.whenShutOut((why) => session.end(why === 'account-disabled' ? 'disabled' : 'ended'));
reloadKey.whenDestroyed(() => session.end('signed-out'));
