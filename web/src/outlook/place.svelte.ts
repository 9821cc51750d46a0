// Which of the tab's pages the pane shows. Outlook opens it for one; from there one gets to others and back.

export const shows = ['read', 'send', 'new', 'webmail', 'accounts', 'updates'] as const;
export type Show = (typeof shows)[number];

export class Place {
  show = $state<Show>('accounts');
  /** Where one came from. */
  before = $state<Show>();
  /** Counts up with each page that is gone to. */
  moves = $state(0);
  /** Counts up when another mail is chosen in Outlook. */
  items = $state(0);
  /** The version of the manifest that Outlook opened the pane by. */
  readonly manifest: string | undefined;

  constructor(search: string) {
    const asked = new URLSearchParams(search);
    this.show = shows.find((each) => each === asked.get('show')) ?? 'accounts';
    this.manifest = asked.get('manifest') ?? undefined;
  }

  go(show: Show): void {
    if (show === this.show) return;
    this.before = this.show;
    this.show = show;
    this.moves += 1;
  }

  back(): void {
    if (this.before) this.show = this.before;
    this.before = undefined;
    this.moves += 1;
  }
}
