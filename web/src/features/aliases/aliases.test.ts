import { describe, expect, it } from 'vitest';
import { Refused, Unreachable, problemFrom } from '../../api/problem';
import type { Aliases, Claim } from '../../api/types';
import { AliasList, addressProblem, claimProblem } from './aliases.svelte';

const own = (address: string, master = false) => ({ address, master, confirmed_at: 0 });

const claim = (id: string, more: Partial<Claim> = {}): Claim => ({
  id,
  address: `${id}@new.example`,
  number: '4821',
  by_administrator: false,
  created_at: 0,
  expires_at: 1000,
  mail: { state: 'waiting', attempts: 0 },
  ...more,
});

const refused = (type: string, more = {}) => new Refused(problemFrom(409, { type, ...more }));

/** A portal with these aliases, whose looks are answered when the test says so. */
function portalWith(first: Aliases) {
  const portal = { ...first, waiting: [] as (() => void)[], refuse: undefined as Refused | undefined };
  const answer = <T>(value: () => T) => (portal.refuse ? Promise.reject(portal.refuse) : Promise.resolve(value()));
  const list = new AliasList({
    aliases: () =>
      new Promise((resolve, reject) => {
        const { addresses, claims, refuse } = portal;
        portal.waiting.push(() => (refuse ? reject(refuse) : resolve({ addresses, claims })));
      }),
    addClaim: (address) =>
      answer(() => {
        const added = claim('c', { address });
        portal.claims = [...portal.claims, added];
        return added;
      }),
    mailClaim: () => answer(() => claim('a', { expires_at: 9000 })),
    cancelClaim: () => answer(() => undefined as never),
  });
  return { portal, list };
}

const ids = (list: AliasList) => list.claims.map(({ id }) => id);

describe('AliasList', () => {
  it('shows the newest answer, whichever came last', async () => {
    const { portal, list } = portalWith({ addresses: [own('a@x.example', true)], claims: [claim('a')] });
    const first = list.load();
    portal.claims = [];
    portal.addresses = [own('a@x.example', true), own('a@new.example')];
    const second = list.load();
    portal.waiting[1]?.();
    portal.waiting[0]?.();
    await Promise.all([first, second]);
    expect(list.addresses).toHaveLength(2);
    expect(list.claims).toEqual([]);
    expect(list.state).toBe('ready');
  });

  it('keeps what it shows where a look fails, and says so', async () => {
    const { portal, list } = portalWith({ addresses: [own('a@x.example', true)], claims: [] });
    const first = list.load();
    portal.waiting[0]?.();
    await first;
    portal.refuse = refused('internal');
    const second = list.load();
    portal.waiting[1]?.();
    await second;
    expect(list.addresses).toHaveLength(1);
    expect(list.problem).toMatch(/went wrong/);
  });

  it('shows a claim at once when it was added, mailed again or cancelled', async () => {
    const { portal, list } = portalWith({ addresses: [], claims: [claim('a')] });
    const first = list.load();
    portal.waiting[0]?.();
    await first;
    await list.add('c@new.example');
    expect(ids(list)).toEqual(['a', 'c']);
    await list.resend(claim('a'));
    expect(list.claims[0]?.expires_at).toBe(9000);
    await list.cancel(claim('a'));
    expect(ids(list)).toEqual(['c']);
  });

  it('looks again where a claim has ended elsewhere', async () => {
    const { portal, list } = portalWith({ addresses: [], claims: [] });
    portal.refuse = refused('claim-confirmed');
    await expect(list.resend(claim('a'))).rejects.toThrow();
    expect(portal.waiting).toHaveLength(1);
  });

  it('says why an address was not taken', () => {
    const { list } = portalWith({ addresses: [], claims: [] });
    expect(list.addProblem(refused('address-yours'), 'a@x.example')).toMatch(/yours already/);
    expect(list.addProblem(refused('malformed'), 'a@x')).toMatch(/“a@x” is not an email address/);
    expect(list.addProblem(refused('too-many-requests', { retry_after: 1200 }), '')).toMatch(/in 20 minutes/);
    list.claims = ['a', 'b', 'c', 'd', 'e'].map((id) => claim(id));
    expect(list.addProblem(refused('too-many-requests'), '')).toMatch(/5 addresses cannot be pending/);
    expect(list.addProblem(refused('too-many-requests', { retry_after: 20 }), '')).toMatch(/in 20 seconds/);
    expect(list.addProblem(refused('too-many-addresses'), '')).toMatch(/Remove one/);
    expect(list.addProblem(new Unreachable('no answer'), '')).toMatch(/cannot be reached/);
  });
});

describe('what is said of a claim', () => {
  it('has a way on for each failure', () => {
    for (const kind of ['not-found', 'claim-ended', 'claim-confirmed']) {
      expect(claimProblem(refused(kind))).toMatch(/no longer pending/);
    }
    expect(claimProblem(refused('too-many-requests'))).toMatch(/later/);
  });

  it('is said before the portal is asked', () => {
    expect(addressProblem('')).toMatch(/Enter/);
    expect(addressProblem('anna')).toMatch(/“anna”/);
    expect(addressProblem('anna@new.example')).toBe('');
  });
});
