// Who is signed in, and the vault that goes with it.
import { fromBase64, toBase64 } from '../api/bytes';
import { openFor } from '../api/carrier';
import * as api from '../api/client';
import { sealingTime } from '../api/clock';
import { Refused, Unreachable, isRefused } from '../api/problem';
import type { Account, Portal, Session, SignedIn, Vault, VaultWritten } from '../api/types';
import { isVaultError, vault } from '../vault/client';
import type { ServedVault } from '../vault/protocol';
import { CertificateKeeper, addressesOf } from './certificate';
import { Keyring } from './keyring';
import * as reloadKey from './reload-key';
import { seenVaults } from './seen-vaults';
import { isRefusedVault, takeUp, type TakenUp } from './taking-up';
import type { Reopened } from './vault-writes';

/** Why the sign-in page is shown. */
export type SignedOutBecause =
  'never' | 'ended' | 'disabled' | 'no-key' | 'keyring' | 'signed-out' | 'signed-out-unsure' | 'other-account';

export type Phase =
  | { name: 'starting' }
  | { name: 'unreachable' }
  | { name: 'module-failed' }
  | { name: 'signed-out'; because: SignedOutBecause }
  | { name: 'signed-in' };

/** Opens a vault in the worker; whether it was joined of two, and wants to be stored. */
export type Opens = (served: ServedVault, stored: Vault) => Promise<boolean>;

class CurrentSession {
  phase = $state.raw<Phase>({ name: 'starting' });
  portal = $state.raw<Portal>();
  /** Replaced as a whole whenever the portal is asked for it again. */
  session = $state.raw<Session>();
  /** Of the open vault's own certificate. */
  fingerprint = $state('');
  /** The open vault's own certificate, in base64. The portal's copy only where the own key made it. */
  certificate = '';
  /** Where this browser had never seen a vault of the account: when the served one was written, and by what. */
  firstSight = $state.raw<VaultWritten>();
  /** Counts up when keys came into the vault: what did not open before may open now. */
  keysCame = $state(0);
  /** How many parcels that the portal holds were not signed as what it says that they are. An honest one has none. */
  parcelsRefused = $state(0);
  /** Whether a session is kept, so that a reload takes it up again. */
  #kept = true;
  /** How what is stored is opened in place of what is open, in a session that is not kept. */
  #opens: Opens | undefined;
  #refreshing: Promise<unknown> = Promise.resolve();
  #onEnd: (() => void)[] = [];
  #onKeys: (() => void)[] = [];

  #keyring = this.#newKeyring({ version: 0, joined: false });
  #certificates = this.#newCertificateKeeper();

  /** The signed-in account; only pages that need a session may ask. */
  get account(): Account {
    if (!this.session) throw new Error('nobody is signed in');
    return this.session.account;
  }

  /** Outgoing messages come from the Master. */
  get master(): string {
    return addressesOf(this.account)[0] ?? '';
  }

  /** Who outgoing messages come from. */
  get sender(): { name: string; address: string } {
    return { name: this.account.name, address: this.master };
  }

  get ownAddresses(): string[] {
    return this.account.addresses.map(({ address }) => address);
  }

  /** Calls `listener` when the session ends, so that what belongs to it is let go. */
  whenEnded(listener: () => void): void {
    this.#onEnd.push(listener);
  }

  /** Calls `listener` when keys came into the vault. */
  whenKeysCome(listener: () => void): void {
    this.#onKeys.push(listener);
  }

  /** Takes up the session of the last visit, if there is one. Where none is kept, gets ready to begin one. */
  async start({ kept = true } = {}): Promise<void> {
    this.#kept = kept;
    this.phase = { name: 'starting' };
    try {
      // The module loads while the portal is asked, and while somebody signs in: they meet when both are there.
      const module = vault.call('load', []);
      module.catch((error: unknown) => this.#failed(error));
      const [portal, session] = await Promise.all([api.portal(), kept ? this.#ofLastVisit() : undefined]);
      this.portal = portal;
      if (session) await module.then(() => this.#resume(session));
      else this.#leave(kept && reloadKey.kept() ? 'ended' : 'never');
    } catch (error) {
      this.#failed(error);
    }
  }

  #ofLastVisit(): Promise<Session | undefined> {
    return api.session().catch((error: unknown) => {
      if (isRefused(error, 'signed-out')) return undefined;
      throw error;
    });
  }

  #failed(error: unknown): void {
    if (isVaultError(error, 'module-failed')) this.phase = { name: 'module-failed' };
    else if (isRefused(error, 'account-disabled')) this.#leave('disabled');
    else if (error instanceof Unreachable || error instanceof Refused) this.phase = { name: 'unreachable' };
    // Ended by the person meanwhile; anything else is a fault of the page's own.
    else if (!isVaultError(error, 'forgotten')) throw error;
  }

  /**
   * Begins a session whose vault has just been taken up in the worker. One that is not kept says how what is stored is
   * opened, where another device has changed it.
   */
  async begin({ session, vault: stored }: SignedIn, takenUp: TakenUp, opens?: Opens): Promise<void> {
    this.#opens = opens;
    this.firstSight = takenUp.first ? stored.written : undefined;
    if (!opens) {
      const wrapped = await vault.call('wrapForReload', [fromBase64(session.reload_key)]);
      reloadKey.keep({ account: session.account.id, wrapped });
    }
    await this.#enter(session, takenUp);
  }

  /** The session was begun anew at the portal, where it had ended; the vault is open all the while. */
  begunAnew(session: Session): void {
    if (this.session?.account.id === session.account.id) this.session = session;
  }

  async signOut(): Promise<void> {
    this.#destroyKept();
    const told = await api.endSession().then(
      () => true,
      () => false,
    );
    this.#leave(told ? 'signed-out' : 'signed-out-unsure');
  }

  /** The portal or another window says that the session is no more. */
  end(because: SignedOutBecause): void {
    if (this.phase.name !== 'signed-in') return;
    this.#destroyKept();
    this.#leave(because);
  }

  /**
   * Somebody else begins here: the page lets go of whoever it was open for. What other windows keep for them stays until
   * the other session has begun.
   */
  makeWay(): void {
    if (this.phase.name === 'signed-in') this.#leave('never');
  }

  /** Another window of this browser signed out of the session that is kept, or signed somebody in. */
  keptElsewhere(account: string | undefined): void {
    if (!this.#kept || account === this.session?.account.id) return;
    this.end(account === undefined ? 'signed-out' : 'other-account');
  }

  /** What another window keeps for somebody else stays. */
  #destroyKept(): void {
    if (this.#kept) reloadKey.destroy(this.session?.account.id);
  }

  /**
   * Asks the portal for the account again, which changed there or may have: its addresses, keys that were handed over to
   * it, its certificate. One after the other, so that the newest answer stays.
   */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#ask();
      if (!this.session) return;
      await this.#keyring.takeInParcels();
      await this.#mendCertificate();
    });
  }

  /** The stored vault has become this version. */
  async follow(version: number): Promise<void> {
    try {
      await this.#keyring.follow(version);
    } catch (error) {
      // What is open stays open; whatever it is that this page cannot open, a later look would not either.
      if (error instanceof Unreachable || error instanceof Refused) throw error;
    }
  }

  /** Looks whether anything of the account changed, where nothing is known of what did. */
  async catchUp(): Promise<void> {
    const [{ version }] = await Promise.all([api.vault(), this.refresh()]);
    await this.follow(version);
  }

  /** Until when the password counts as given just now, as the portal answered when it was given. */
  passwordGiven(until: number): void {
    if (this.session) this.session = { ...this.session, password_until: until, in_person: true };
  }

  /** Joins the keys of a past vault in, and nothing else of it. Whether any was new. */
  async joinPastVault(version: number): Promise<boolean> {
    const { sealed } = await api.pastVault(version);
    let any = false;
    await this.change(async () => (any = await vault.call('joinKeys', [fromBase64(sealed)])));
    if (any) this.#tellOfKeys();
    return any;
  }

  /** Changes the vault, one change after the other, and stores it where the change says that it changed anything. */
  change(change: () => Promise<boolean>): Promise<void> {
    return this.#keyring.change(change);
  }

  async #resume(session: Session): Promise<void> {
    const key = reloadKey.kept();
    if (key?.account !== session.account.id) return this.#leaveWithoutKey(session.account.id);
    this.session = session;
    openFor(session.account.id);
    let takenUp: TakenUp;
    try {
      takenUp = await this.#reopen();
    } catch (error) {
      if (error instanceof Unreachable || error instanceof Refused || isVaultError(error, 'module-failed')) throw error;
      return this.#leaveWithoutKey(session.account.id, isRefusedVault(error) ? 'keyring' : 'no-key');
    }
    await this.#enter(session, takenUp);
  }

  async #reopen(): Promise<TakenUp> {
    const opens = this.#opens ?? this.#opensWhatWasKept();
    const account = this.account.id;
    const stored = await api.vault();
    // Whoever signed out meanwhile must not find a vault open.
    if (this.session?.account.id !== account) throw new Error('the session has ended');
    const takenUp = await takeUp(account, stored, (served) => opens(served, stored));
    // The stored vault may know an older certificate.
    await this.#adopt(this.session.account.certificate);
    return takenUp;
  }

  #opensWhatWasKept(): Opens {
    const key = reloadKey.kept();
    const unwraps = this.session?.reload_key;
    if (!key || unwraps === undefined) throw new Error('no key was kept');
    return (served) => vault.call('openAfterReload', [served, key.wrapped, fromBase64(unwraps)]);
  }

  /** Takes the portal's copy of the certificate for the own one; anything but a certificate of the own key is left. */
  async #adopt(certificate: string): Promise<boolean> {
    try {
      await vault.call('adopt', [fromBase64(certificate)]);
      this.certificate = certificate;
      return true;
    } catch {
      return false;
    }
  }

  /** What fails here is made good by the next refresh or unlock: the account works with the certificate it has. */
  async #mendCertificate(): Promise<void> {
    await this.#certificates.mend().catch(() => undefined);
  }

  async #ask(): Promise<void> {
    const next = await api.session();
    // The session may have ended meanwhile.
    if (this.session?.account.id === next.account.id) this.session = next;
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const run = this.#refreshing.then(task);
    this.#refreshing = run.catch(() => undefined);
    return run;
  }

  #tellOfKeys(): void {
    this.keysCame += 1;
    for (const listener of this.#onKeys) listener();
  }

  async #enter(session: Session, stored: Reopened): Promise<void> {
    this.session = session;
    openFor(session.account.id);
    this.#keyring = this.#newKeyring(stored);
    this.#certificates = this.#newCertificateKeeper();
    await this.#keyring.settle();
    await this.#keyring.takeInParcels();
    const identity = await vault.call('identity', []);
    this.fingerprint = identity.fingerprint;
    this.certificate = toBase64(identity.certificate);
    await this.#adopt(session.account.certificate);
    this.phase = { name: 'signed-in' };
    // Nobody waits for it: it is seldom needed, and a message sent before is sealed again.
    void this.#inTurn(() => this.#mendCertificate());
  }

  #newKeyring(stored: Reopened): Keyring {
    const account = this.session?.account.id ?? '';
    return new Keyring(
      {
        lock: () => vault.call('lock', []),
        write: async (sealed, base) => {
          const { version } = await api.writeVault(toBase64(sealed), base);
          await vault.call('wasStored', [sealed]);
          await seenVaults.keep(account, sealed);
          return version;
        },
        reopen: () => this.#reopen(),
        parcels: api.parcels,
        takeIn: ({ sealed, origin }) => vault.call('takeIn', [fromBase64(sealed), origin]),
        isInPerson: () => this.session?.in_person === true,
        drop: (id) => api.dropParcel(id),
        keysCame: () => this.#tellOfKeys(),
        parcelsRefused: (count) => (this.parcelsRefused = count),
      },
      stored,
    );
  }

  #newCertificateKeeper(): CertificateKeeper {
    return new CertificateKeeper({
      account: () => this.account,
      adopt: (certificate) => this.#adopt(certificate),
      addressesIn: async (certificate) => (await vault.call('addressesIn', [fromBase64(certificate)])).addresses,
      certify: async (addresses) => {
        this.certificate = toBase64(await vault.call('certify', [addresses, sealingTime()]));
        return this.certificate;
      },
      write: async (certificate) => {
        await api.writeCertificate(certificate);
        const current = this.session;
        if (current) this.session = { ...current, account: { ...current.account, certificate } };
      },
      ask: () => this.#ask(),
    });
  }

  async #leaveWithoutKey(account: string, because: SignedOutBecause = 'no-key'): Promise<void> {
    // A session that cannot open anything is worth nothing to its owner, and something to a thief.
    await api.endSessionOf(account).catch(() => undefined);
    this.#leave(because);
  }

  #leave(because: SignedOutBecause): void {
    if (because !== 'never') this.#destroyKept();
    const wasIn = this.phase.name === 'signed-in';
    this.session = undefined;
    openFor(undefined);
    this.fingerprint = '';
    this.certificate = '';
    this.firstSight = undefined;
    this.parcelsRefused = 0;
    this.phase = { name: 'signed-out', because };
    if (!wasIn) return;
    vault.forget();
    for (const listener of this.#onEnd) listener();
  }
}

export const session = new CurrentSession();

const BECAUSE = { 'signed-out': 'ended', 'account-disabled': 'disabled', 'other-account': 'other-account' } as const;
api.whenShutOut((why) => session.end(BECAUSE[why]));
reloadKey.whenChanged((account) => session.keptElsewhere(account));
