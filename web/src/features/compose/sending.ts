// From a finished draft to a message that the portal has taken.
import { toBase64 } from '../../api/bytes';
import { isPassing, isRefused } from '../../api/problem';
import type { Recipient, Send, Sent } from '../../api/types';
import type { Addressee as Named, FileRef, KeyPacket, LetterIn, Mailbox, SealedMessage } from '../../vault/protocol';
import { addTo, type Addressee } from './recipients';

export interface Outgoing {
  /** Whose message it is. Nobody else seals or posts it. */
  account: string;
  messageId: string;
  from: Mailbox;
  to: Addressee[];
  cc: Addressee[];
  bcc: Addressee[];
  subject: string;
  text: string;
  html?: string | undefined;
  files: FileRef[];
  inReplyTo?: string | undefined;
}

export type SendStep = 'recipients' | 'sealing' | 'sending';

export interface SendParts {
  /** The account that is signed in now. */
  account(): string;
  prepare(addresses: string[], inReplyTo: string | undefined): Promise<Recipient[]>;
  /** Lets the vault check what the portal answered; nothing is sealed for the message unless it passes. */
  check(
    messageId: string,
    account: string,
    addressees: Named[],
    answer: Recipient[],
    inReplyTo: string | undefined,
  ): Promise<void>;
  seal(letter: LetterIn, messageId: string): Promise<SealedMessage>;
  sealAgain(messageId: string): Promise<KeyPacket[]>;
  /** Asks the portal for the account again; answers where messages come from now. */
  askSender(): Promise<Mailbox>;
  post(message: Send, idempotencyKey: string): Promise<Sent>;
  newIdempotencyKey(): string;
  pause(ms: number): Promise<void>;
  onStep(step: SendStep): void;
}

/** Another account came into use than the one whose message it is. */
export class OtherSender extends Error {
  override readonly name = 'OtherSender';
}

/** Somebody registers, or is absorbed, while the message is being sealed; more often than this is no coincidence. */
const ROUNDS = 3;
const PAUSES_MS = [800, 2500];

interface Ready {
  account: string;
  /** What was sealed, to know whether the draft changed since. */
  content: string;
  message: Send;
  idempotencyKey: string;
}

export class Sending {
  #ready: Ready | undefined;

  constructor(private readonly parts: SendParts) {}

  /**
   * Seals and sends. Called again after a failure that left open whether the portal took the message, it sends the very
   * same sealed message under the same idempotency key.
   */
  async run(outgoing: Outgoing): Promise<Sent> {
    if (this.#ready?.content !== contentOf(outgoing)) this.#ready = await this.#sealed(outgoing);
    for (let round = 1; ; round += 1) {
      try {
        this.parts.onStep('sending');
        return await this.#post(this.#ready);
      } catch (error) {
        if (isPassing(error)) throw error;
        const ready = this.#ready;
        this.#ready = undefined;
        if (round === ROUNDS) throw error;
        if (isRefused(error, 'recipients-changed')) this.#ready = await this.#sealedAgain(outgoing, ready);
        // The address stands signed inside, so all is sealed anew; the files are stored and stay.
        else if (isRefused(error, 'sender-changed')) this.#ready = await this.#sealed(await this.#fromNow(outgoing));
        else throw error;
      }
    }
  }

  #ensureSender(account: string): void {
    if (this.parts.account() !== account) throw new OtherSender();
  }

  async #post({ account, message, idempotencyKey }: Ready): Promise<Sent> {
    for (const pause of PAUSES_MS) {
      this.#ensureSender(account);
      try {
        return await this.parts.post(message, idempotencyKey);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await this.parts.pause(pause);
      }
    }
    this.#ensureSender(account);
    return this.parts.post(message, idempotencyKey);
  }

  async #fromNow(outgoing: Outgoing): Promise<Outgoing> {
    return { ...outgoing, from: await this.parts.askSender() };
  }

  async #sealed(outgoing: Outgoing): Promise<Ready> {
    const { account, messageId, from, to, cc, bcc, subject, text, html, files, inReplyTo } = outgoing;
    await this.#prepare(outgoing);
    this.parts.onStep('sealing');
    // Bcc stays out of the letter: everybody reads that.
    const heads = { to: to.map(inLetter), cc: cc.map(inLetter) };
    const letter: LetterIn = { from, ...heads, subject, text, files, ...(html === undefined ? {} : { html }) };
    const sealed = await this.parts.seal(letter, messageId);
    const message: Send = {
      id: messageId,
      from: from.address,
      to: to.map(addressOf),
      cc: cc.map(addressOf),
      bcc: bcc.map(addressOf),
      key_packets: sealed.keyPackets.map(asPosted),
      cover: toBase64(sealed.cover),
      body: toBase64(sealed.body),
      files: files.map(({ sha256 }) => sha256),
      in_reply_to: inReplyTo ?? null,
    };
    return { account, content: contentOf(outgoing), message, idempotencyKey: this.parts.newIdempotencyKey() };
  }

  /** The same cover and body with key packets for the readers of now. */
  async #sealedAgain(outgoing: Outgoing, ready: Ready): Promise<Ready> {
    await this.#prepare(outgoing);
    this.parts.onStep('sealing');
    const packets = await this.parts.sealAgain(outgoing.messageId);
    const message = { ...ready.message, key_packets: packets.map(asPosted) };
    return { ...ready, message, idempotencyKey: this.parts.newIdempotencyKey() };
  }

  /** Finds out who has the addresses; whom to believe, the vault decides. */
  async #prepare({ account, messageId, to, cc, bcc, inReplyTo }: Outgoing): Promise<void> {
    this.#ensureSender(account);
    this.parts.onStep('recipients');
    const all = [...to, ...cc, ...bcc];
    const answer = await this.parts.prepare(addTo([], all).map(addressOf), inReplyTo);
    this.#ensureSender(account);
    await this.parts.check(messageId, account, all.map(named), answer, inReplyTo);
    this.#ensureSender(account);
  }
}

function asPosted({ account, fingerprint, packet }: KeyPacket): Send['key_packets'][number] {
  return { account, fingerprint, packet: toBase64(packet) };
}

/** The draft without its sender, which stands in a sealed message as it was then: a repeat sends the very same. */
function contentOf({ from: _, ...content }: Outgoing): string {
  return JSON.stringify(content);
}

const inLetter = ({ name, address }: Addressee): Mailbox => (name === undefined ? { address } : { name, address });
/** As the vault knows recipients. */
export const named = ({ address, formerly }: Addressee): Named =>
  formerly === undefined ? { address } : { address, formerly };
const addressOf = ({ address }: Mailbox) => address;
