// What happens on the page where a message is written.
import { isRefused } from '../../api/problem';
import type { Sent } from '../../api/types';
import { session } from '../../session/session.svelte';
import { announcer } from '../../shell/announce.svelte';
import { navigation } from '../../shell/navigation.svelte';
import { t, type TextKey } from '../../text';
import { en } from '../../text/en';
import { sizeText } from '../../text/formats';
import { problemText } from '../../text/problem-text';
import { VaultError } from '../../vault/client';
import type { ChangedKey, FileRef } from '../../vault/protocol';
import { mailbox } from '../mailbox/mailbox.svelte';
import { book } from './correspondents.svelte';
import { draft } from './draft.svelte';
import { addTo, canonical, parseRecipients, type Addressee } from './recipients';
import { acceptKeys, firstContactsOf, sendParts } from './send-parts';
import { OtherSender, Sending, named, type Outgoing, type SendStep } from './sending';

/** The API takes no more in one message. */
const MOST_FILES = 100;
const fields = ['to', 'cc', 'bcc'] as const;

export class Composing {
  step = $state<SendStep | 'files'>();
  problem = $state('');
  fileProblem = $state('');
  missingRecipient = $state(false);
  asking = $state<'subject' | 'keys' | 'discard'>();
  changedKeys = $state.raw<string[]>([]);
  /** Canonical addresses that the portal does not let this account write to. */
  refused = $state.raw<ReadonlySet<string>>(new Set());
  /** Recipients whose key nothing vouches for but the portal. */
  firstContacts = $state.raw<readonly string[]>([]);
  #looks = 0;
  #keys: readonly ChangedKey[] = [];
  #subjectAsked = false;
  #sending = new Sending(
    sendParts(
      (step) => (this.step = step),
      (addresses) => (this.firstContacts = addresses),
    ),
  );

  /** What happens when the portal has taken the message; without it, the page goes on to where one writes from. */
  constructor(
    private readonly whenSent: (sent: Sent) => void = () => goOn(),
    /** Whether the draft is still what was to be sent, by whom it was to be sent. */
    private readonly isStill: () => boolean = () => true,
  ) {}

  addressees: readonly Addressee[] = $derived([...draft.to, ...draft.cc, ...draft.bcc]);

  #all = $derived(this.addressees.map(({ address }) => address));

  /** What the writer should know about the recipients before sending. */
  advice = $derived.by(() => {
    const guest = session.account.kind === 'guest';
    // To whoever took part in the message that is answered, a Guest may write too; the portal knows who that is.
    const strange = guest
      ? this.#all.filter((address) => !draft.answered && !book.isProfessional(address) && book.isNew(address))
      : this.#all.filter((address) => book.isNew(address) && !session.ownAddresses.includes(address));
    const values = { n: strange.length, addresses: strange.join(', ') };
    const text = guest ? t('compose.guest-may-not', values) : t('compose.will-be-invited', values);
    return { marked: new Set(strange.map(canonical)), text: strange.length > 0 ? text : '' };
  });

  /** Looks in the vault whose key it does not know. What it says when it checks the portal's answer counts in the end. */
  async lookForFirstContacts(addressees: readonly Addressee[]): Promise<void> {
    const look = ++this.#looks;
    const found = await firstContactsOf(addressees.map(named));
    // Others may have been looked for meanwhile.
    if (look === this.#looks) this.firstContacts = found;
  }

  attach(files: Iterable<File>): void {
    this.fileProblem = '';
    const most = session.portal?.max_file_size ?? Infinity;
    const fitting = [];
    for (const file of files) {
      if (file.size <= most) fitting.push(file);
      else this.fileProblem = t('compose.file.too-large', { name: file.name, size: sizeText(most) });
    }
    const room = MOST_FILES - draft.attachments.length;
    if (fitting.length > room) this.fileProblem = t('compose.too-many-files', { n: MOST_FILES });
    draft.attach(fitting.slice(0, room));
  }

  async send(): Promise<void> {
    if (this.step) return;
    this.problem = '';
    this.missingRecipient = false;
    if (!this.#takeTyped()) return;
    const most = session.portal?.max_recipients ?? Infinity;
    if (this.#all.length === 0) {
      this.missingRecipient = true;
      this.problem = t('compose.need-recipient');
    } else if (this.#all.length > most) this.problem = t('compose.too-many', { n: most });
    else if (!draft.subject.trim() && !this.#subjectAsked) this.asking = 'subject';
    else await this.#send();
  }

  async sendWithoutSubject(): Promise<void> {
    this.asking = undefined;
    this.#subjectAsked = true;
    await this.send();
  }

  async acceptKeys(): Promise<void> {
    this.asking = undefined;
    try {
      // They would be remembered in another account's vault.
      if (!this.isStill()) throw new OtherSender();
      await acceptKeys(this.#keys);
    } catch (error) {
      this.#failed(error);
      return;
    }
    await this.#send();
  }

  askDiscard(): void {
    if (draft.isEmpty) this.discard();
    else this.asking = 'discard';
  }

  discard(): void {
    this.asking = undefined;
    draft.clear();
    navigation.back({ page: 'folder', folder: 'inbox' });
  }

  /** What stands typed in the recipient fields counts; what is no address there stops the sending. */
  #takeTyped(): boolean {
    for (const field of fields) {
      const { recipients, bad } = parseRecipients(draft.typing[field]);
      draft[field] = addTo(draft[field], recipients);
      draft.typing[field] = bad.join(', ');
      if (bad[0]) this.problem = t('compose.bad-address', { text: bad[0] });
    }
    return !this.problem;
  }

  async #send(): Promise<void> {
    try {
      if (!this.isStill()) throw new OtherSender();
      const account = session.account.id;
      const files = await this.#files();
      if (!files) return;
      if (!this.isStill()) throw new OtherSender();
      this.whenSent(await this.#sending.run(this.#outgoing(account, files)));
    } catch (error) {
      this.#failed(error);
    } finally {
      this.step = undefined;
    }
  }

  /** The files as they are stored; nothing where one of them is not. */
  async #files(): Promise<FileRef[] | undefined> {
    this.step = 'files';
    const attachments = draft.attachments;
    const refs = await Promise.all(attachments.map((each) => each.settled()));
    const stored = refs.filter((ref) => ref !== undefined);
    if (stored.length < attachments.length) {
      const failed = attachments[refs.indexOf(undefined)]?.state;
      this.problem = failed?.name === 'failed' ? failed.problem : t('compose.files-again');
      return undefined;
    }
    return stored.map((ref) => ({ ...ref }));
  }

  #outgoing(account: string, files: FileRef[]): Outgoing {
    const answered = draft.answered;
    return {
      account,
      messageId: draft.messageId,
      from: session.sender,
      to: draft.to,
      cc: draft.cc,
      bcc: draft.bcc,
      subject: draft.subject.trim(),
      // The blank lines that invited to write above a quotation say nothing.
      text: draft.text.replace(/^\s*\n/, '').trimEnd(),
      html: draft.html?.replace(/^(?:<p><\/p>)+/, ''),
      files,
      inReplyTo: answered && answered.how !== 'forward' ? answered.delivery : undefined,
    };
  }

  #failed(error: unknown): void {
    if (error instanceof VaultError && error.keys.length > 0) {
      this.changedKeys = error.keys.map(({ address }) => address);
      this.#keys = error.keys;
      this.asking = 'keys';
    } else if (error instanceof VaultError && error.addresses.length > 0) this.problem = lieText(error);
    else if (error instanceof OtherSender) this.problem = t('compose.other-sender');
    else if (isRefused(error, 'recipients-not-allowed')) {
      this.refused = new Set(error.addresses.map(canonical));
      const n = error.addresses.length;
      this.problem =
        n > 0 ? t('compose.refused-addresses', { n, addresses: error.addresses.join(', ') }) : problemText(error);
    } else if (isRefused(error, 'file-unknown')) {
      for (const attachment of draft.attachments) attachment.startAgain();
      this.problem = t('compose.files-again');
    } else if (isRefused(error, 'recipients-changed')) this.problem = t('compose.recipients-changed');
    else if (isRefused(error, 'sender-changed')) this.problem = t('compose.sender-changed');
    else if (isRefused(error, 'idempotency-conflict')) this.problem = t('compose.sent-before');
    else this.problem = problemText(error);
  }
}

/** What the portal answered about recipients that cannot be true. */
function lieText({ code, addresses }: VaultError): string {
  const key = `compose.lie.${code}`;
  const values = { addresses: addresses.join(', ') };
  return key in en ? t(key as TextKey & `compose.lie.${string}`, values) : t('vault.failed');
}

function goOn(): void {
  const answered = draft.answered;
  draft.clear();
  mailbox.look();
  void navigation
    .go(
      answered && answered.how !== 'forward'
        ? { page: 'folder', folder: 'inbox', delivery: answered.delivery }
        : { page: 'folder', folder: 'inbox' },
      { replace: true },
    )
    .then(() => announcer.show(t('compose.sent')));
}
