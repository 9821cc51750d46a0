// "This wasn't me" in a security notice: ends every session of the account.
import { fromBase64Url, toBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { orEnding } from '../../api/ending';
import type { AlarmShown } from '../../api/types';
import { session } from '../../session/session.svelte';

const endings = ['link-unknown', 'link-expired'] as const;

export type Inspected =
  | { state: 'open'; shown: AlarmShown; token: string }
  /** Said by this link before: it does nothing more. */
  | { state: 'raised-before'; at: number; shown: AlarmShown }
  | { state: 'ended'; ending: (typeof endings)[number] };

/** What the link's fragment stands for. */
export async function inspect(fragment: string): Promise<Inspected> {
  const bytes = fromBase64Url(fragment);
  if (bytes?.length !== 32) return { state: 'ended', ending: 'link-unknown' };
  return orEnding(endings, () => look(toBase64(bytes)));
}

async function look(token: string): Promise<Inspected> {
  const shown = await api.inspectAlarm(token);
  const at = shown.raised_at;
  return typeof at === 'number' ? { state: 'raised-before', at, shown } : { state: 'open', shown, token };
}

/** Raises the alarm, unless another page did meanwhile: then nobody was signed out by this one. */
export async function raise(token: string): Promise<Inspected | { state: 'raised'; shown: AlarmShown }> {
  return orEnding(endings, async () => {
    const now = await look(token);
    if (now.state !== 'open') return now;
    await api.raiseAlarm(token);
    // The session of this browser may have been one of them.
    if (session.phase.name === 'signed-in') await session.refresh().catch(() => undefined);
    return { state: 'raised', shown: now.shown };
  });
}
