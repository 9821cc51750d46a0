// What there is to do with the mail that is being read.
import type { Kept } from './activations';
import type { Received } from './host';
import { findLink } from './notification';
import { servingOf, type Asked } from './serving';
import type { Standing } from './standing';

export type Seen =
  /** No mail is chosen. */
  | { name: 'no-mail' }
  /** Not a mail of this portal. */
  | { name: 'not-ours' }
  | { name: 'invitation'; href: string }
  /** A mail of this portal that is for the browser. */
  | { name: 'for-browser'; href: string }
  | { name: 'message'; delivery: string; kept: Kept }
  | { name: 'stands'; kept: Kept; standing: Standing }
  /** Its address is none of the activated accounts'; `to` says which it is. */
  | { name: 'other-address'; to: string[] }
  | { name: 'nothing-activated'; to: string[] };

export interface LookParts {
  origin: string;
  kept(): readonly Kept[];
  /** The account's addresses as they are now, which makes its session the one that goes on where it has the wanted. */
  ask(kept: Kept, wanted: readonly string[]): Promise<Asked>;
}

export async function look(item: Received | undefined, { origin, kept, ask }: LookParts): Promise<Seen> {
  if (!item) return { name: 'no-mail' };
  const { to } = item;
  const found = findLink(await item.text(), origin);
  if (!found) return { name: 'not-ours' };
  if (found.kind === 'invitation') return { name: 'invitation', href: found.href };
  if (found.kind === 'other') return { name: 'for-browser', href: found.href };
  const serving = await servingOf(to, kept(), (each) => ask(each, to));
  switch (serving.name) {
    case 'serves':
      return { name: 'message', delivery: found.delivery, kept: serving.kept };
    case 'stands':
      return serving;
    case 'other-address':
      return { name: 'other-address', to };
    case 'nothing':
      return { name: 'nothing-activated', to };
  }
}
