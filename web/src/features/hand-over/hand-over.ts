// The page behind the link of a hand-over: whose Secure Webmail it opens, and taking it.
import { fromBase64, fromBase64Url, toBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { orEnding } from '../../api/ending';
import type { ProblemKind } from '../../api/problem';
import type { HandOver } from '../../api/types';
import { session } from '../../session/session.svelte';
import { takeUp, type TakenUp } from '../../session/taking-up';
import { t } from '../../text';
import { problemText } from '../../text/problem-text';
import { isVaultError, vault } from '../../vault/client';
import { canonical } from '../compose/recipients';

/** Why the link opens nothing, each with words and a way on of its own. */
const endings = ['link-unknown', 'link-expired', 'account-disabled'] as const satisfies readonly ProblemKind[];

export interface Open {
  state: 'open';
  shown: HandOver;
  /** What the link holds: it opens the vault key that the portal gives out for the token. */
  secret: Uint8Array;
  token: string;
}

export type Inspected = Open | { state: 'ended'; ending: (typeof endings)[number] };

/** What the link's fragment stands for. Changes nothing. */
export async function inspect(fragment: string): Promise<Inspected> {
  const secret = fromBase64Url(fragment);
  if (secret?.length !== 32) return { state: 'ended', ending: 'link-unknown' };
  // The portal is shown the token, and never what opens the vault key.
  const token = toBase64(await vault.call('passToken', ['hand-over', secret]));
  return orEnding(endings, async () => ({ state: 'open', shown: await api.inspectHandOver(token), secret, token }));
}

/** Who is signed in in this browser, as the link has it. */
export function whoIsIn({ address }: HandOver): 'nobody' | 'same' | 'other' {
  if (session.phase.name !== 'signed-in') return 'nobody';
  // An address belongs to one account, whichever of its addresses is the first by now.
  const own = session.ownAddresses.some((each) => canonical(each) === canonical(address));
  return own ? 'same' : 'other';
}

/** Takes the hand-over, once: its account is signed in in this browser from then on, and whoever was before is not. */
export async function take({ secret, token }: Open): Promise<{ state: 'taken' } | Inspected> {
  return orEnding(endings, async () => {
    if (session.phase.name === 'signed-in') {
      // Nobody is signed out for a link that has expired meanwhile.
      await api.inspectHandOver(token);
      await session.signOut();
    }
    const { signed_in, wrapped } = await api.takeHandOver(token);
    let takenUp: TakenUp;
    try {
      takenUp = await takeUp(signed_in.session.account.id, signed_in.vault, (served) =>
        vault.call('openWithPass', ['hand-over', secret, fromBase64(wrapped), served]),
      );
    } catch (cause) {
      // A session that cannot open anything is worth nothing to its owner.
      await api.endSessionOf(signed_in.session.account.id).catch(() => undefined);
      throw isVaultError(cause, 'module-failed') ? cause : new UnopenableVault('not opened', { cause });
    }
    await session.begin(signed_in, takenUp);
    return { state: 'taken' };
  });
}

/** The hand-over was taken, and the vault still did not open. The link is spent. */
class UnopenableVault extends Error {}

/** What to tell a person whose hand-over could not be read or taken, where the link itself is not at an end. */
export function handOverProblem(error: unknown): string {
  return error instanceof UnopenableVault ? t('hand-over.vault-damaged') : problemText(error);
}
