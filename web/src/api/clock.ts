// This device's clock against the portal's. What is sealed under a wrong date nobody would ever open.

/** Half of what readers allow between a key and what it signed: two people's clocks may be wrong in opposite directions. */
const MAX_DIFFERENCE_MS = 12 * 3_600_000;

/** How far this device's clock was ahead of the portal's when it answered last. */
let ahead: number | undefined;

/** The two clocks are too far apart to seal or make anything. */
export class ClockOff extends Error {
  override readonly name = 'ClockOff';

  constructor(
    readonly here: number,
    readonly there: number,
  ) {
    super('the clock of this device is wrong');
  }
}

/** Compares the clocks by the `Date` of an answer. It never sets this one: it can only make the page refuse. */
export function hearTime(date: string | null, here = Date.now()): void {
  const there = Date.parse(date ?? '');
  if (Number.isFinite(there)) ahead = here - there;
}

/** Now, to date what is sealed or made with. */
export function sealingTime(here = Date.now()): number {
  if (ahead !== undefined && Math.abs(ahead) > MAX_DIFFERENCE_MS) throw new ClockOff(here, here - ahead);
  return here;
}
