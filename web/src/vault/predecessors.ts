// Keys that an address had before, from the API's form into the vault's.
import { fromBase64 } from '../api/bytes';
import type { Predecessor as Served } from '../api/types';
import type { Predecessor } from './protocol';

export function predecessorsOf({ predecessors = [] }: { predecessors?: Served[] }): Predecessor[] {
  return predecessors.map(({ certificate, statement }) => ({
    certificate: fromBase64(certificate),
    statement: fromBase64(statement),
  }));
}
