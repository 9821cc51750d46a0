// The versions of programs: how they are written, compared and counted.
import type { ProgramInUse } from '../../api/types';
import { t } from '../../text';

/** The largest number that a version has. */
const MOST = 0xffff_ffff;

/** The three numbers of a version, or `undefined` for what the portal would not take for one. */
export function parseVersion(text: string): readonly number[] | undefined {
  // One spelling: no sign, and no zero before another digit.
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(text)) return undefined;
  const numbers = text.split('.').map(Number);
  return numbers.every((number) => number <= MOST) ? numbers : undefined;
}

/** Whether a version comes before another, the first number the weightiest. */
export function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const at = version.findIndex((number, place) => number !== than[place]);
  return at >= 0 && (version[at] ?? 0) < (than[at] ?? 0);
}

/** How many activations were last used in a version that would be refused. */
export function countRefused({ versions }: Pick<ProgramInUse, 'versions'>, typed: string): number {
  const least = parseVersion(typed);
  if (!least) return 0;
  return versions
    .filter(({ version }) => isOlder(parseVersion(version) ?? least, least))
    .reduce((sum, { activations }) => sum + activations, 0);
}

/** What is wrong with a least version as typed; nothing is wrong with none. */
export function versionProblem(typed: string): string {
  return !typed || parseVersion(typed) ? '' : t('admin.programs.bad-version', { text: typed });
}
