import { describe, expect, it } from 'vitest';
import { Refused, Unreachable } from '../api/problem';
import type { Account } from '../api/types';
import { CertificateKeeper, addressesOf, type CertificateParts } from './certificate';

const refused = new Refused({ type: 'unacceptable', status: 422, title: '' });
const addresses = (...all: string[]): Account['addresses'] =>
  all.map((address) => ({ address: address.replace('*', ''), master: address.startsWith('*'), confirmed_at: 0 }));

/** A certificate is the key that made it and the addresses it names. */
const certificate = (key: string, ...names: string[]) => [key, ...names].join(' ');

/** The portal takes what names the addresses it has. `next` are the addresses it has when it is asked again. */
function keeper(account: Pick<Account, 'addresses' | 'certificate'>, next?: Account['addresses']) {
  const log: string[] = [];
  let failure: Error | undefined;
  let portal = next ?? account.addresses;
  const parts: CertificateParts = {
    account: () => account,
    adopt: (theirs) => Promise.resolve(theirs.startsWith('own ')),
    addressesIn: (theirs) => Promise.resolve(theirs.split(' ').slice(1)),
    certify: (names) => Promise.resolve(certificate('own', ...names)),
    write: (made) => {
      log.push(made);
      if (failure) return Promise.reject(failure);
      if (made !== certificate('own', ...addressesOf({ addresses: portal }))) return Promise.reject(refused);
      account = { ...account, certificate: made };
      return Promise.resolve();
    },
    ask: () => {
      account = { ...account, addresses: portal };
      return Promise.resolve();
    },
  };
  return {
    log,
    mend: new CertificateKeeper(parts),
    fail: (error: Error | undefined) => (failure = error),
    become: (changed: Partial<typeof account>) => {
      account = { ...account, ...changed };
      portal = account.addresses;
    },
  };
}

describe('addressesOf', () => {
  it('begins with the Master', () => {
    expect(addressesOf({ addresses: addresses('b@x.test', '*a@x.test', 'c@x.test') })).toEqual([
      'a@x.test',
      'b@x.test',
      'c@x.test',
    ]);
  });
});

describe('CertificateKeeper', () => {
  const both = addresses('a@x.test', '*b@x.test');

  it('leaves a certificate that names the addresses', async () => {
    const { mend, log } = keeper({ addresses: both, certificate: certificate('own', 'b@x.test', 'a@x.test') });
    await mend.mend();
    expect(log).toEqual([]);
  });

  it('makes one anew after a promotion, which changes the order alone', async () => {
    const { mend, log } = keeper({ addresses: both, certificate: certificate('own', 'a@x.test', 'b@x.test') });
    await mend.mend();
    await mend.mend();
    expect(log).toEqual(['own b@x.test a@x.test']);
  });

  it('takes nothing from a portal that names another key, and gives it nothing', async () => {
    const { mend, log } = keeper({ addresses: both, certificate: certificate('forged', 'b@x.test', 'a@x.test') });
    await mend.mend();
    expect(log).toEqual([]);
  });

  it('asks once more where the addresses changed meanwhile', async () => {
    const { mend, log } = keeper(
      { addresses: both, certificate: certificate('own', 'a@x.test') },
      addresses('a@x.test', '*c@x.test'),
    );
    await mend.mend();
    expect(log).toEqual(['own b@x.test a@x.test', 'own c@x.test a@x.test']);
  });

  it('gives up after that', async () => {
    const { mend, log, fail } = keeper({ addresses: both, certificate: certificate('own', 'a@x.test') });
    fail(refused);
    await expect(mend.mend()).rejects.toBe(refused);
    expect(log).toHaveLength(2);
  });

  it('tries again later what did not reach the portal', async () => {
    const { mend, log, fail } = keeper({ addresses: both, certificate: certificate('own', 'a@x.test') });
    fail(new Unreachable());
    await expect(mend.mend()).rejects.toBeInstanceOf(Unreachable);
    fail(undefined);
    await mend.mend();
    expect(log).toHaveLength(2);
  });

  it('does not write for ever to a portal that goes on giving out an older copy', async () => {
    const old = certificate('own', 'a@x.test');
    const { mend, log, become } = keeper({ addresses: both, certificate: old });
    await mend.mend();
    become({ certificate: old });
    await mend.mend();
    expect(log).toHaveLength(1);
    become({ addresses: addresses('*a@x.test', 'c@x.test') });
    await mend.mend();
    expect(log).toHaveLength(2);
  });
});
