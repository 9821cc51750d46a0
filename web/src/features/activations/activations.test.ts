import { render } from 'svelte/server';
import { describe, expect, it, vi } from 'vitest';
import { Refused, Unreachable, problemFrom } from '../../api/problem';
import type { Activation, ActivationState } from '../../api/types';
import { countOutlived, deeds, programName, stateText } from './activation-text';
import ActivationLine from './ActivationLine.svelte';
import { ActivationList, deedProblem } from './activations.svelte';

const activation = (id: string, state: ActivationState = 'active'): Activation => ({
  id,
  program: 'outlook',
  version: '1.2.0',
  device: 'Outlook on the web',
  address: 'anna@old.example',
  state,
  created_at: 0,
  last_used_at: 0,
  current: false,
});

const refused = (type: string) => new Refused(problemFrom(409, { type }));

/** A portal with these activations. */
function portalWith(...ids: string[]) {
  const portal = { all: ids.map((id) => activation(id)), refuse: undefined as Error | undefined, looks: 0 };
  const answer = <T>(value: () => T) => (portal.refuse ? Promise.reject(portal.refuse) : Promise.resolve(value()));
  const list = new ActivationList({
    activations: () => {
      portal.looks += 1;
      return Promise.resolve(portal.all);
    },
    setActivationBlocked: (id, blocked) =>
      answer(() => {
        const state = blocked ? 'blocked' : 'active';
        portal.all = portal.all.map((each) => (each.id === id ? { ...each, state } : each));
        return undefined as never;
      }),
    removeActivation: (id) =>
      answer(() => {
        portal.all = portal.all.filter((each) => each.id !== id);
        return undefined as never;
      }),
  });
  return { portal, list };
}

describe('ActivationList', () => {
  it('shows what was blocked, unblocked and removed', async () => {
    const { list } = portalWith('a', 'b');
    await list.load();
    await list.setBlocked(activation('a'), true);
    expect(list.all.map(({ state }) => state)).toEqual(['blocked', 'active']);
    await list.setBlocked(activation('a'), false);
    expect(list.all.map(({ state }) => state)).toEqual(['active', 'active']);
    await list.remove(activation('a'));
    expect(list.all.map(({ id }) => id)).toEqual(['b']);
  });

  it('takes what was removed elsewhere for removed', async () => {
    const { portal, list } = portalWith('a');
    await list.load();
    portal.refuse = refused('not-found');
    portal.all = [];
    await list.remove(activation('a'));
    expect(list.all).toEqual([]);
  });

  it('looks again where the portal refused: an administrator may have blocked it meanwhile', async () => {
    const { portal, list } = portalWith('a');
    await list.load();
    portal.refuse = refused('blocked-by-portal');
    portal.all = [activation('a', 'blocked-by-portal')];
    await expect(list.remove(activation('a'))).rejects.toBe(portal.refuse);
    expect(list.all[0]?.state).toBe('blocked-by-portal');
    await expect(list.setBlocked(activation('a'), false)).rejects.toBe(portal.refuse);
    expect(portal.looks).toBe(3);
  });

  it('keeps what it shows where a look fails, and says so', async () => {
    const activations = vi.fn(() => Promise.resolve([activation('a')]));
    const list = new ActivationList({ activations, setActivationBlocked: vi.fn(), removeActivation: vi.fn() });
    await list.load();
    activations.mockRejectedValue(new Unreachable('no answer'));
    await list.load();
    expect(list.all).toHaveLength(1);
    expect(list.problem).toMatch(/cannot be reached/);
  });
});

describe('an activation', () => {
  it('can be unblocked by its owner where the owner blocked it, and only there', () => {
    expect(deeds.active).toEqual(['block', 'remove']);
    expect(deeds.blocked).toEqual(['unblock', 'remove']);
    expect(deeds['blocked-by-portal']).toEqual([]);
    expect(deeds['needs-reactivation']).toEqual(['remove']);
  });

  it('says what its state means and what to do, unless it is active', () => {
    expect(stateText('active')).toBe('');
    expect(stateText('blocked')).toMatch(/until you unblock it/);
    expect(stateText('blocked-by-portal')).toMatch(/ask the administrator/);
    expect(stateText('needs-reactivation')).toMatch(/Remove the activation/);
  });

  it('is counted where it needs re-activation', () => {
    expect(countOutlived([{ state: 'needs-reactivation' }, { state: 'active' }, { state: 'blocked-by-portal' }])).toBe(
      1,
    );
  });

  it('is called by its program, and one that nobody knows by its id', () => {
    expect(['outlook', 'command-line', 'scanner'].map(programName)).toEqual(['Outlook', 'Command line', 'scanner']);
  });

  it('is listed with all that tells it from others', () => {
    const buttons = (() => undefined) as never;
    const { body } = render(ActivationLine, {
      props: { activation: activation('a', 'needs-reactivation'), meaning: 'Remove it.', buttons },
    });
    const words = body.replace(/<!--.*?-->/g, '').replace(/<[^>]*>/g, ' ');
    for (const word of [
      'Outlook',
      'Needs re-activation',
      '1.2.0',
      'Outlook on the web',
      'anna@old.example',
      'Last used',
    ]) {
      expect(words).toContain(word);
    }
    expect(words).toContain('Remove it.');
  });

  it('that can no longer be changed says why', () => {
    expect(deedProblem(refused('not-found'))).toMatch(/no longer there/);
    expect(deedProblem(refused('blocked-by-portal'))).toMatch(/ask the administrator/);
    expect(deedProblem(new Unreachable('no answer'))).toMatch(/cannot be reached/);
  });
});
