// A valid signature says which key signed. Whose key that is nobody but the portal has said yet, in these cases.
import type { Sight } from '../../vault/protocol';

export type SightToConfirm = Extract<Sight['sight'], 'first' | 'unconfirmed' | 'changed'>;

export function isToConfirm(sight: Sight['sight'] | undefined): sight is SightToConfirm {
  return sight === 'first' || sight === 'unconfirmed' || sight === 'changed';
}

/** What is said of such a key, and what there is to do. */
export function textOf(sight: SightToConfirm) {
  const changed = sight === 'changed';
  return {
    badge: `reading.key.${sight}.badge`,
    title: `reading.key.${sight}.title`,
    text: `reading.key.${sight}.text`,
    accept: changed ? 'reading.key.changed.accept' : 'reading.key.confirm',
  } as const;
}
