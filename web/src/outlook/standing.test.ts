import { describe, expect, it } from 'vitest';
import { Refused, Unreachable, problemFrom } from '../api/problem';
import { en } from '../text/en';
import { VaultError } from '../vault/client';
import { remedies, removedBy, standingOf, type Standing } from './standing';

const refused = (status: number, type: string) => new Refused(problemFrom(status, { type }));

describe('standingOf', () => {
  it('knows what the portal says of an activation', () => {
    expect(standingOf(refused(401, 'activation-unknown'))).toBe('unknown');
    expect(standingOf(refused(403, 'needs-reactivation'))).toBe('needs-reactivation');
    expect(standingOf(refused(403, 'program-outdated'))).toBe('program-outdated');
    expect(standingOf(refused(403, 'account-disabled'))).toBe('account-disabled');
  });

  it('tells who blocked it', () => {
    expect(standingOf(refused(403, 'activation-blocked'))).toBe('blocked');
    expect(standingOf(refused(403, 'blocked-by-portal'))).toBe('blocked-by-portal');
  });

  it('takes a secret that opens nothing for one that is not known', () => {
    expect(standingOf(new VaultError('damaged', ''))).toBe('unknown');
    expect(standingOf(new VaultError('module-failed', ''))).toBeUndefined();
  });

  it('holds nothing against an activation that may work later', () => {
    expect(standingOf(new Unreachable())).toBeUndefined();
    expect(standingOf(refused(503, 'unavailable'))).toBeUndefined();
    expect(standingOf(refused(401, 'signed-out'))).toBeUndefined();
  });
});

describe('what stands against an activation', () => {
  const standings = Object.keys(remedies) as Standing[];

  it('says what happened, and has a button for what to do', () => {
    for (const standing of standings) {
      expect(en).toHaveProperty([`pane.standing.${standing}.title`]);
      expect(en).toHaveProperty([`pane.standing.${standing}.text`]);
      expect(remedies[standing].length).toBeGreaterThan(0);
    }
  });

  it('offers both steps of the help page, and both at once, after a promotion', () => {
    expect(remedies['needs-reactivation']).toEqual(['reactivate', 'remove', 'activate']);
    expect(en['pane.reactivate']).toBe('Remove and activate again');
    expect(en['pane.remove']).toBe('Remove activation');
    expect(en['pane.activate']).toBe('Activate');
    expect(en['pane.standing.needs-reactivation.title']).toBe('Needs re-activation');
  });

  it('offers nobody to unblock what the portal blocked', () => {
    expect(remedies['blocked-by-portal']).not.toContain('unblock');
    expect(remedies['blocked-by-portal']).not.toContain('activate');
    expect(removedBy('blocked-by-portal')).toBe('nobody');
  });
});
