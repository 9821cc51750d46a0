// What the pane knows of the program that it is shown in. Only `office.ts` and its parts know that this is Outlook's Office.

/** Somebody in To, Cc or Bcc. */
export interface Person {
  name?: string;
  address: string;
}

/** A mail that is being read. */
export interface Received {
  kind: 'received';
  to: string[];
  text(): Promise<string>;
}

export interface Attached {
  id: string;
  name: string;
  /** In bytes, as Outlook counts it. */
  size: number;
  inline: boolean;
  /** `item` is a mail or an appointment; what is in the cloud is a link, and its content cannot be had. */
  kind: 'file' | 'item' | 'cloud';
}

/** What stays in Outlook of a message that was sealed: nothing, a note in its place, or all of it but the recipients. */
export type Leaves =
  | { kind: 'nothing' }
  | { kind: 'note'; subject: string; html: string }
  /** `open`: somebody is still writing in it, so that it is not closed. */
  | { kind: 'copy'; open?: true };

/** A message that is being written. */
export interface Written {
  kind: 'written';
  recipients(): Promise<{ to: Person[]; cc: Person[]; bcc: Person[] }>;
  subject(): Promise<string>;
  body(): Promise<{ text: string; html: string }>;
  files(): Promise<Attached[]>;
  /** An `item` comes as `.eml` or `.ics`. */
  file(id: string): Promise<File>;
  /**
   * Takes out what must not stay, saves, and closes the message. Outlook ends the pane with the message, so the promise
   * may never be kept: say what there is to say before.
   *
   * @throws `LeaveError`, which names what is still there.
   */
  leave(what: Leaves): Promise<void>;
}

/** The program around the pane. Every call that goes to it fails with an `OfficeError`. */
export interface Host {
  /** `device` names it as a person would, e.g. "Outlook on the web". */
  ready(): Promise<{ inOutlook: boolean; device: string }>;
  item(): Received | Written | undefined;
  /** A pinned pane stays while another mail is chosen. */
  whenItemChanges(listener: () => void): void;
  /** The address of the mailbox that is open. */
  userAddress(): string | undefined;
  /** Under which name the pane keeps something in its storage, which some browsers part by the site around the frame. */
  storageKey(name: string): string;
  openInBrowser(url: string): void;
}
