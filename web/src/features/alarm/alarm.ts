// "This wasn't me" in a security notice: ends every session of the account.
import { fromBase64Url, toBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { isRefused } from '../../api/problem';
import type { AlarmShown } from '../../api/types';
import { session } from '../../session/session.svelte';

const endings = ['link-unknown', 'link-expired'] as const;

export type Inspected =
  { state: 'open'; shown: AlarmShown; token: string } | { state: 'ended'; ending: (typeof endings)[number] };

/** What the link's fragment stands for. */
export async function inspect(fragment: string): Promise<Inspected> {
  const bytes = fromBase64Url(fragment);
  if (bytes?.length !== 32) return { state: 'ended', ending: 'link-unknown' };
  const token = toBase64(bytes);
  return orEnding(async () => ({ state: 'open', shown: await api.inspectAlarm(token), token }));
}

/** Raises the alarm. Twice is once. */
export async function raise(token: string): Promise<Inspected | { state: 'raised' }> {
  return orEnding(async () => {
    await api.raiseAlarm(token);
    // The session of this browser may have been one of them.
    if (session.phase.name === 'signed-in') await session.refresh().catch(() => undefined);
    return { state: 'raised' };
  });
}

async function orEnding<T>(ask: () => Promise<T>): Promise<T | Inspected> {
  try {
    return await ask();
  } catch (error) {
    const ending = endings.find((kind) => isRefused(error, kind));
    if (ending) return { state: 'ended', ending };
    throw error;
  }
}
