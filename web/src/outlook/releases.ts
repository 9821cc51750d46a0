// Which versions of these pages there are, and what came with each.

export interface Release {
  version: string;
  /** The day, as `2026-11-25`. */
  date: string;
  notes: string[];
}

/** Below zero where `a` is the older version, above where it is the newer: three numbers, the first the weightiest. */
export function compareVersions(a: string, b: string): number {
  const numbers = b.split('.').map(Number);
  const differences = a.split('.').map((part, at) => Number(part) - (numbers[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/** What is new in the newest version for somebody who has another; of the newest itself, where they have that. */
export function news(releases: readonly Release[], running: string, newest: string): Release[] {
  const upTo = releases.filter(({ version }) => compareVersions(version, newest) <= 0);
  const since = upTo.filter(({ version }) => compareVersions(version, running) > 0);
  return since.length > 0 ? since : upTo.filter(({ version }) => version === running);
}

/** What the portal serves of it, the newest first. What cannot be had is left out: it is only told. */
export async function fetchReleases(get: typeof fetch = (...request) => fetch(...request)): Promise<Release[]> {
  try {
    const response = await get('/outlook/releases.json', { credentials: 'omit', cache: 'no-cache' });
    const body: unknown = response.ok ? await response.json() : [];
    return Array.isArray(body) ? body.filter(isRelease) : [];
  } catch {
    return [];
  }
}

function isRelease(value: unknown): value is Release {
  if (typeof value !== 'object' || value === null) return false;
  const { version, date, notes } = value as Record<string, unknown>;
  return typeof version === 'string' && typeof date === 'string' && Array.isArray(notes);
}

/** How the installed manifest differs from the portal's. Nothing where it does not, or where it is not known. */
export function manifestChange(installed: string | undefined, newest: string): 'older' | 'newer' | undefined {
  if (installed === undefined || !/^\d+(\.\d+){2}$/.test(installed)) return undefined;
  const difference = compareVersions(installed, newest);
  return difference === 0 ? undefined : difference < 0 ? 'older' : 'newer';
}
