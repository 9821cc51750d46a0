// One message, opened: its content, the verdict on its signature, and what is remembered of its sender's key.
import { fromBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { isRefused } from '../../api/problem';
import type { OpenDelivery } from '../../api/types';
import { session } from '../../session/session.svelte';
import { otherName } from '../../text/formats';
import { problemText, vaultText } from '../../text/problem-text';
import { VaultError, isVaultError, vault } from '../../vault/client';
import { predecessorsOf } from '../../vault/predecessors';
import type { Opened, Predecessor, Sight } from '../../vault/protocol';
import { mailbox } from '../mailbox/mailbox.svelte';

export type Reading =
  | { state: 'loading' }
  | { state: 'gone' }
  /** It could not be fetched: trying again may help. */
  | { state: 'failed'; problem: string }
  /** It was fetched and is not what it must be: trying again will not help. */
  | { state: 'refused'; delivery: OpenDelivery; why: string }
  | ({ state: 'open'; sight: Sight['sight'] | undefined; before?: string } & OpenedDelivery);

interface OpenedDelivery {
  delivery: OpenDelivery;
  /** Its sender is called as registered. */
  opened: Opened;
  /** What it calls its sender itself, where that is another name. */
  signedAs?: string;
}

/** Fetches and opens a delivery. */
export async function openDelivery(id: string): Promise<OpenedDelivery> {
  const delivery = await api.delivery(id);
  // A portal that gave another one would have an answer go to somebody else.
  if (delivery.id !== id) throw Object.assign(new VaultError('wrong-message', 'another was asked for'), { delivery });
  const opened = await vault.call('openBody', [
    {
      message: delivery.message,
      keyPacket: fromBase64(delivery.key_packet),
      sealed: fromBase64(delivery.body),
      senderCertificate: fromBase64(delivery.certificate),
    },
  ]);
  // The signature proves who wrote it; the list shows whom the portal named. They must be the same.
  if (opened.from.address.toLowerCase() !== delivery.sender.address.toLowerCase()) {
    throw Object.assign(new VaultError('wrong-sender', 'signed under another address'), { delivery });
  }
  return { delivery, ...calledAsRegistered(opened, delivery) };
}

function calledAsRegistered(opened: Opened, { sender }: OpenDelivery): { opened: Opened; signedAs?: string } {
  const { name, address } = opened.from;
  const from = sender.name ? { name: sender.name, address } : { address };
  const signedAs = otherName(name, sender.name);
  return { opened: { ...opened, from }, ...(signedAs === undefined ? {} : { signedAs }) };
}

export class OpenMessage {
  reading = $state.raw<Reading>({ state: 'loading' });

  constructor(readonly id: string) {}

  async load(): Promise<void> {
    this.reading = { state: 'loading' };
    const keys = session.keysCame;
    let delivery: OpenDelivery | undefined;
    try {
      const found = await openDelivery(this.id);
      delivery = found.delivery;
      const sight = await this.#look(found.opened, delivery);
      this.reading = { state: 'open', ...found, ...sight };
    } catch (error) {
      if (isRefused(error, 'not-found') || isRefused(error, 'malformed')) this.reading = { state: 'gone' };
      else if (error instanceof VaultError && error.code !== 'module-failed') {
        // Keys that came while it was looked at may be those that it takes.
        if (isVaultError(error, 'wrong-key') && session.keysCame !== keys) return this.load();
        delivery ??= await api.delivery(this.id).catch(() => undefined);
        if (!delivery) this.reading = { state: 'failed', problem: problemText(error) };
        else this.reading = { state: 'refused', delivery, why: vaultText(error.code) };
      } else this.reading = { state: 'failed', problem: problemText(error) };
      return;
    }
    if (delivery.folder === 'inbox' && !delivery.read_at) await mailbox.setRead(delivery, true).catch(() => undefined);
  }

  /** Keys came that may open what did not open before. */
  async tryAgain(): Promise<void> {
    if (this.reading.state === 'refused') await this.load();
  }

  /** Fetches the slip anew, for instance because a notification went out. The content never changes. */
  async refreshSlip(): Promise<void> {
    if (this.reading.state !== 'open') return;
    const delivery = await api.delivery(this.id).catch(() => undefined);
    if (delivery) this.reading = { ...this.reading, delivery };
  }

  /** The person says that this key is the sender's. */
  async acceptKey(): Promise<void> {
    if (this.reading.state !== 'open') return;
    const { before: _, ...reading } = this.reading;
    const { delivery, opened } = reading;
    await session.change(() => vault.call('remember', [delivery.sender.address, opened.fingerprint]));
    this.reading = { ...reading, sight: 'same' };
  }

  async #look(opened: Opened, delivery: OpenDelivery): Promise<{ sight: Sight['sight'] | undefined; before?: string }> {
    if (opened.fingerprint === session.fingerprint) return { sight: undefined };
    const address = delivery.sender.address;
    const asked: [string, string, Predecessor[]] = [address, opened.fingerprint, predecessorsOf(delivery)];
    const seen = await vault.call('seen', asked);
    if (seen.sight !== 'same') {
      // Kept in the background: reading does not wait for it, and the next opening tries again.
      void session.change(() => vault.call('saw', asked)).catch(() => undefined);
    }
    return seen;
  }
}
