// The own certificate names the confirmed addresses, the Master first. Whoever finds that it does not makes it anew.
import { isPassing, Refused } from '../api/problem';
import type { Account } from '../api/types';

export interface CertificateParts {
  /** The account as the portal has it. */
  account(): Pick<Account, 'addresses' | 'certificate'>;
  /** Takes the portal's copy for the own one. Whether it is of the own key. */
  adopt(certificate: string): Promise<boolean>;
  addressesIn(certificate: string): Promise<string[]>;
  certify(addresses: string[]): Promise<string>;
  /** Puts it to the portal. */
  write(certificate: string): Promise<void>;
  /** Asks the portal for the account again. */
  ask(): Promise<void>;
}

/** What a certificate should name. */
export function addressesOf({ addresses }: Pick<Account, 'addresses'>): string[] {
  const master = addresses.filter((each) => each.master);
  const aliases = addresses.filter((each) => !each.master);
  return [...master, ...aliases].map(({ address }) => address);
}

const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((each, at) => each === b[at]);

export class CertificateKeeper {
  /** What was put to the portal last, so that a portal that goes on giving out another copy is not written to for ever. */
  #written: readonly string[] = [];

  constructor(private readonly parts: CertificateParts) {}

  /** Adopts the portal's copy, and makes it anew where its User IDs are not the confirmed addresses. */
  async mend(): Promise<void> {
    for (let round = 1; ; round += 1) {
      const account = this.parts.account();
      // The portal could name any key as ours. Only a certificate of the own key is taken up, or replaced.
      if (!(await this.parts.adopt(account.certificate))) return;
      const wanted = addressesOf(account);
      if (same(await this.parts.addressesIn(account.certificate), wanted)) return;
      if (same(this.#written, wanted)) return;
      const made = await this.parts.certify(wanted);
      try {
        await this.parts.write(made);
        this.#written = wanted;
        return;
      } catch (error) {
        // Refused: the addresses changed meanwhile, perhaps by another device, which then does the same.
        if (round === 2 || !(error instanceof Refused) || isPassing(error)) throw error;
        await this.parts.ask();
      }
    }
  }
}
