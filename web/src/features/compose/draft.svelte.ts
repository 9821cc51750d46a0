// The message being written. It lives on this page alone: stored in clear anywhere it would not be confidential.
import { uuidv7 } from '../../api/bytes';
import { session } from '../../session/session.svelte';
import type { Answering } from '../../shell/router';
import type { Beginning } from './answer';
import { Attachment } from './attachment.svelte';
import type { Addressee } from './recipients';

export interface Answered {
  how: Answering;
  delivery: string;
}

const newMessageId = () => uuidv7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));

class Draft {
  to = $state.raw<Addressee[]>([]);
  cc = $state.raw<Addressee[]>([]);
  bcc = $state.raw<Addressee[]>([]);
  subject = $state('');
  text = $state('');
  /** Set where the text has formatting. */
  html = $state<string>();
  /** Whether it is written with the formatting editor. */
  rich = $state(false);
  attachments = $state.raw<Attachment[]>([]);
  answered = $state.raw<Answered>();
  /** Stays the same through every attempt to send, so that the portal takes this message once at most. */
  messageId = newMessageId();
  /** What is typed in a recipient field and is no recipient yet. */
  typing = $state({ to: '', cc: '', bcc: '' });
  #owner = '';
  #begun = $state('');

  /** What the person put in; an untouched beginning counts for nothing. */
  #content = $derived(
    JSON.stringify([
      this.to,
      this.cc,
      this.bcc,
      this.subject,
      this.text,
      this.attachments.map(({ id }) => id),
      this.typing,
    ]),
  );

  isEmpty = $derived(this.#content === this.#begun);

  constructor() {
    this.clear();
  }

  begin(answered: Answered | undefined, from: Beginning | undefined): void {
    this.clear();
    this.answered = answered;
    if (from) {
      this.to = from.to;
      this.cc = from.cc;
      this.subject = from.subject;
      this.text = from.text;
      this.attachments = from.files.map((file) => new Attachment(file));
    }
    this.#owner = session.account.id;
    this.#begun = this.#content;
  }

  clear(): void {
    for (const attachment of this.attachments) attachment.cancel();
    this.to = [];
    this.cc = [];
    this.bcc = [];
    this.subject = '';
    this.text = '';
    this.html = undefined;
    this.rich = false;
    this.attachments = [];
    this.answered = undefined;
    this.typing = { to: '', cc: '', bcc: '' };
    this.messageId = newMessageId();
    this.#begun = this.#content;
  }

  /** A draft outlives a session that ended by itself, but is never another account's. */
  keepFor(account: string): void {
    if (this.#owner && this.#owner !== account) this.clear();
  }

  attach(files: Iterable<File>): void {
    const added = Array.from(files, (file) => new Attachment(file));
    this.attachments = [...this.attachments, ...added];
    for (const attachment of added) attachment.start();
  }

  detach(attachment: Attachment): void {
    attachment.cancel();
    this.attachments = this.attachments.filter((each) => each !== attachment);
  }
}

export const draft = new Draft();
