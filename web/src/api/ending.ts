// Links of mails and programs come to an end: what the portal says of one is shown, each with a way on.
import { isRefused, type ProblemKind } from './problem';

export interface Ended<Ending extends ProblemKind> {
  state: 'ended';
  ending: Ending;
}

/** What was asked of the portal, or which of these ended it. Any other failure stays one. */
export async function orEnding<T, Ending extends ProblemKind>(
  endings: readonly Ending[],
  ask: () => Promise<T>,
): Promise<T | Ended<Ending>> {
  try {
    return await ask();
  } catch (error) {
    const ending = endings.find((kind) => isRefused(error, kind));
    if (ending) return { state: 'ended', ending };
    throw error;
  }
}
