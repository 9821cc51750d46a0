// A link to a confirmed address makes a new browser known, so that its person need not wait while strangers try passwords.
import { fromBase64Url, toBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { orEnding } from '../../api/ending';
import { isRefused, type ProblemKind } from '../../api/problem';
import type { DeviceLinkShown } from '../../api/types';
import { t } from '../../text';
import { waitText } from '../../text/formats';
import { problemText } from '../../text/problem-text';

/** Why the link does nothing, each with words and a way on of its own. */
const endings = ['link-unknown', 'link-expired', 'link-replaced'] as const satisfies readonly ProblemKind[];

export type Inspected =
  { state: 'open'; shown: DeviceLinkShown; token: string } | { state: 'ended'; ending: (typeof endings)[number] };

/** What the link's fragment stands for. Changes nothing. */
export async function inspect(fragment: string): Promise<Inspected> {
  const bytes = fromBase64Url(fragment);
  if (bytes?.length !== 32) return { state: 'ended', ending: 'link-unknown' };
  const token = toBase64(bytes);
  return orEnding(endings, async () => ({ state: 'open', shown: await api.inspectDeviceLink(token), token }));
}

/** Makes this browser known, once. Nobody is signed in by it. */
export async function redeem(token: string): Promise<Inspected | { state: 'known'; address: string }> {
  return orEnding(endings, async () => {
    const { address } = await api.redeemDeviceLink(token);
    arrived = address;
    return { state: 'known', address };
  });
}

let arrived: string | undefined;

/** The address of whoever comes to the sign-in from the page behind a link, once. */
export function takeArrived(): string | undefined {
  const address = arrived;
  arrived = undefined;
  return address;
}

/** What to tell a person who asked for a link and got none. */
export function askProblem(error: unknown): string {
  if (isRefused(error, 'too-many-requests') && error.retryAfter) {
    return t('device-link.offer.slowed', { wait: waitText(error.retryAfter) });
  }
  return problemText(error);
}
