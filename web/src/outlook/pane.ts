// What every page of the pane is given.
import type { SignInStep } from '../features/sign-in/sign-in';
import { activatingParts } from './activating-parts';
import type { Parts } from './activating';
import type { Accounts } from './accounts.svelte';
import type { Host } from './host';
import type { Place } from './place.svelte';

export interface Pane {
  host: Host;
  /** Where this runs, in the host's words. */
  device: string;
  place: Place;
  accounts: Accounts;
}

/** The portal's own address. */
export const origin = location.origin;

export function partsOf({ accounts, device }: Pane, onStep: (step: SignInStep) => void = () => undefined): Parts {
  return activatingParts(accounts.shelf, device, onStep);
}
