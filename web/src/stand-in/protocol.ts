// What the stand-in for office.js, in the pane, and the page around it say to each other, by messages between windows.
// Types alone: the script is built as one file and must share no code with the page.

export type Field = 'to' | 'cc' | 'bcc';
export type BodyType = 'html' | 'text';

/** Somebody as Office tells it. */
export interface Someone {
  displayName: string;
  emailAddress: string;
  recipientType: string;
}

/** A file as Office lists it. */
export interface Listed {
  id: string;
  name: string;
  size: number;
  isInline: boolean;
  attachmentType: 'file' | 'item' | 'cloud';
}

export interface Content {
  content: string;
  format: 'base64' | 'eml' | 'iCalendar' | 'url';
}

/** What the pane stands beside. */
export type Item =
  | { kind: 'received'; subject: string; from: Someone; to: Someone[] }
  /** `id` parts one message from the next. */
  | { kind: 'written'; id: string };

export interface Greeting {
  item: Item | undefined;
  user: { displayName: string; emailAddress: string };
  partitionKey: string;
}

/** What the pane may ask for. */
export interface Calls {
  greet(): Greeting;
  getBody(type: BodyType): string;
  getType(): BodyType;
  setBody(body: string, type: BodyType): void;
  getSubject(): string;
  setSubject(subject: string): void;
  getPeople(field: Field): Someone[];
  setPeople(field: Field, people: (string | Partial<Someone>)[]): void;
  getFiles(): Listed[];
  getFile(id: string): Promise<Content>;
  removeFile(id: string): void;
  save(): string;
  close(discard: boolean): void;
}

export type Call = keyof Calls;

export interface Asked {
  office: 'asked';
  id: number;
  call: Call;
  given: unknown[];
}

/** As Office words a failure. */
export interface Failure {
  code: number;
  name: string;
  message: string;
}

export type Told =
  { office: 'answered'; id: number; value?: unknown; error?: Failure } | { office: 'item'; item: Item | undefined };
