// Which activation serves a mail: that of the account which has the address that the mail went to, and no other. Whoever
// forges a notification, or passes one on, makes nobody retrieve anything under another account.
import { isAmong, type Kept } from './activations';
import type { Standing } from './standing';

export type Serving =
  | { name: 'serves'; kept: Kept }
  /** It would or may serve the mail, if nothing stood against it. */
  | { name: 'stands'; kept: Kept; standing: Standing }
  /** The mail's address is none of the activated accounts'. */
  | { name: 'other-address' }
  /** Nothing is activated. */
  | { name: 'nothing' };

/** The account's addresses as they are now, or what stands against the activation. */
export type Asked = { addresses: readonly string[] } | { standing: Standing };

export async function servingOf(
  to: readonly string[],
  all: readonly Kept[],
  ask: (kept: Kept) => Promise<Asked>,
): Promise<Serving> {
  if (all.length === 0) return { name: 'nothing' };
  const had = (kept: Kept) => isAmong(to, kept.addresses);
  // Addresses come and go; those that had it when they were last asked are asked first.
  const likelyFirst = [...all.filter(had), ...all.filter((kept) => !had(kept))];
  let stands: Serving | undefined;
  for (const kept of likelyFirst) {
    const asked = await ask(kept);
    if ('addresses' in asked) {
      if (isAmong(to, asked.addresses)) return { name: 'serves', kept };
    } else if (had(kept) || asked.standing === 'needs-reactivation') {
      // After a promotion the mail may have gone to the new Master, which only the portal knows.
      stands ??= { name: 'stands', kept, standing: asked.standing };
    }
  }
  return stands ?? { name: 'other-address' };
}
