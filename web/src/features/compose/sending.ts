// From a finished draft to a message that the portal has taken.
import { toBase64 } from '../../api/bytes';
import { isPassing, isRefused } from '../../api/problem';
import type { Predecessor, Recipient, Send, Sent } from '../../api/types';
import type { FileRef, KeyPacket, LetterIn, Mailbox, SealedMessage } from '../../vault/protocol';
import { canonical, type Addressee } from './recipients';

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

/** A key that a message was sealed to, and the address it stands for. */
export interface RecipientKey {
  account: string;
  address: string;
  fingerprint: string;
  /**
   * Whether the address' owner holds the key. One that waits in custody is replaced at registration, so it is not
   * remembered; but where a key is remembered, it is compared whatever the portal says of the address.
   */
  owned: boolean;
  predecessors: Predecessor[];
  /** The address that the writer knew the person under. */
  formerly?: string;
}

export interface SendParts {
  /** The own account and certificate as they are now. */
  own(): { account: string; certificate: string };
  prepare(addresses: string[], inReplyTo: string | undefined): Promise<Recipient[]>;
  seal(letter: LetterIn, messageId: string, certificates: string[]): Promise<SealedMessage>;
  sealAgain(messageId: string, certificates: string[]): Promise<KeyPacket[]>;
  /** Those of the addresses whose key is neither the one that was seen last nor follows it. */
  changedKeys(keys: RecipientKey[], inReplyTo: string | undefined): Promise<string[]>;
  /** Asks the portal for the account again; answers where messages come from now. */
  askSender(): Promise<Mailbox>;
  post(message: Send, idempotencyKey: string): Promise<Sent>;
  newIdempotencyKey(): string;
  pause(ms: number): Promise<void>;
  onStep(step: SendStep): void;
}

/** Recipients have other keys than before; the writer decides. */
export class KeysChanged extends Error {
  override readonly name = 'KeysChanged';

  constructor(
    readonly addresses: string[],
    readonly keys: { address: string; fingerprint: string }[],
  ) {
    super('keys of recipients changed');
  }
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

  #own(account: string): ReturnType<SendParts['own']> {
    const own = this.parts.own();
    if (own.account !== account) throw new OtherSender();
    return own;
  }

  async #post({ account, message, idempotencyKey }: Ready): Promise<Sent> {
    for (const pause of PAUSES_MS) {
      this.#own(account);
      try {
        return await this.parts.post(message, idempotencyKey);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await this.parts.pause(pause);
      }
    }
    this.#own(account);
    return this.parts.post(message, idempotencyKey);
  }

  async #fromNow(outgoing: Outgoing): Promise<Outgoing> {
    return { ...outgoing, from: await this.parts.askSender() };
  }

  async #sealed(outgoing: Outgoing): Promise<Ready> {
    const { account, messageId, from, to, cc, bcc, subject, text, html, files, inReplyTo } = outgoing;
    const recipients = await this.#prepare(outgoing);
    this.parts.onStep('sealing');
    // Bcc stays out of the letter: everybody reads that.
    const heads = { to: to.map(inLetter), cc: cc.map(inLetter) };
    const letter: LetterIn = { from, ...heads, subject, text, files, ...(html === undefined ? {} : { html }) };
    const sealed = await this.parts.seal(letter, messageId, recipients.map(certificateOf));
    await this.#check(outgoing, recipients, sealed.keyPackets);
    const message: Send = {
      id: messageId,
      from: from.address,
      to: to.map(addressOf),
      cc: cc.map(addressOf),
      bcc: bcc.map(addressOf),
      key_packets: packetsFor(recipients, sealed.keyPackets),
      cover: toBase64(sealed.cover),
      body: toBase64(sealed.body),
      files: files.map(({ sha256 }) => sha256),
      in_reply_to: inReplyTo ?? null,
    };
    return { account, content: contentOf(outgoing), message, idempotencyKey: this.parts.newIdempotencyKey() };
  }

  /** The same cover and body with key packets for the certificates of now. */
  async #sealedAgain(outgoing: Outgoing, ready: Ready): Promise<Ready> {
    const recipients = await this.#prepare(outgoing);
    this.parts.onStep('sealing');
    const packets = await this.parts.sealAgain(outgoing.messageId, recipients.map(certificateOf));
    await this.#check(outgoing, recipients, packets);
    const message = { ...ready.message, key_packets: packetsFor(recipients, packets) };
    return { ...ready, message, idempotencyKey: this.parts.newIdempotencyKey() };
  }

  async #prepare({ account, to, cc, bcc, inReplyTo }: Outgoing): Promise<Account[]> {
    this.#own(account);
    this.parts.onStep('recipients');
    const prepared = await this.parts.prepare([...to, ...cc, ...bcc].map(addressOf), inReplyTo);
    return accountsOf(prepared, this.#own(account));
  }

  async #check(outgoing: Outgoing, accounts: readonly Account[], packets: readonly KeyPacket[]): Promise<void> {
    const { to, cc, bcc, inReplyTo } = outgoing;
    const formerly = new Map([...to, ...cc, ...bcc].map((each) => [canonical(each.address), each.formerly]));
    const keys = accounts.flatMap(({ account, addresses }, at) =>
      addresses.map((each): RecipientKey => {
        const before = formerly.get(canonical(each.address));
        const fingerprint = packets[at]?.fingerprint ?? '';
        return { account, fingerprint, ...each, ...(before === undefined ? {} : { formerly: before }) };
      }),
    );
    const changed = await this.parts.changedKeys(keys, inReplyTo);
    if (changed.length > 0) {
      throw new KeysChanged(
        changed,
        keys.filter(({ address }) => changed.includes(address)),
      );
    }
  }
}

interface Account {
  account: string;
  certificate: string;
  addresses: Pick<RecipientKey, 'address' | 'owned' | 'predecessors'>[];
}

/** One certificate an account, however many of its addresses are named; the sender's own first. */
export function accountsOf(recipients: readonly Recipient[], own: { account: string; certificate: string }): Account[] {
  const accounts = new Map<string, Account>([[own.account, { ...own, addresses: [] }]]);
  for (const { account, certificate, address, standing, predecessors = [] } of recipients) {
    const known = accounts.get(account) ?? { account, certificate, addresses: [] };
    accounts.set(account, known);
    if (account !== own.account) known.addresses.push({ address, owned: standing === 'registered', predecessors });
  }
  return [...accounts.values()];
}

function packetsFor(accounts: readonly Account[], packets: readonly KeyPacket[]): Send['key_packets'] {
  if (packets.length !== accounts.length) throw new Error('a key packet is missing');
  return packets.map(({ fingerprint, packet }, at) => ({
    account: accounts[at]?.account ?? '',
    fingerprint,
    packet: toBase64(packet),
  }));
}

/** The draft without its sender, which stands in a sealed message as it was then: a repeat sends the very same. */
function contentOf({ from: _, ...content }: Outgoing): string {
  return JSON.stringify(content);
}

const inLetter = ({ name, address }: Addressee): Mailbox => (name === undefined ? { address } : { name, address });
const addressOf = ({ address }: Mailbox) => address;
const certificateOf = ({ certificate }: Account) => certificate;
