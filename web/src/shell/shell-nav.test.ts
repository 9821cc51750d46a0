// Who is shown the way to Alias Management, and what there is to somebody who goes there all the same.
import { render } from 'svelte/server';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Session } from '../api/types';
import AliasesPage from '../features/aliases/AliasesPage.svelte';
import { session } from '../session/session.svelte';
import { t } from '../text';
import ShellNav from './ShellNav.svelte';

vi.hoisted(() => {
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  vi.stubGlobal('location', { origin: 'https://portal.test', pathname: '/aliases', search: '', hash: '' });
});

const shown = () => ({
  nav: render(ShellNav, { props: { route: { page: 'aliases' }, onhelp: () => undefined } }).body,
  page: render(AliasesPage).body,
});

describe.each(['professional', 'guest'] as const)('a %s', (kind) => {
  const may = kind === 'professional';

  beforeAll(() => {
    const addresses = [{ address: 'gina@x.test', master: true, confirmed_at: 0 }];
    const account = { id: 'id', name: 'Gina', kind, administrator: false, addresses, certificate: '' };
    session.session = { account, password_until: 0 } as unknown as Session;
  });

  it(`${may ? 'finds' : 'does not find'} Tools > Alias Management`, () => {
    expect(shown().nav).toContain(t('nav.inbox'));
    for (const entry of ['nav.tools', 'nav.aliases', 'nav.activations'] as const) {
      expect(shown().nav.includes(t(entry)), t(entry)).toBe(may);
    }
  });

  it(`finds there ${may ? 'all of it' : 'who it is for, and nothing to press'}`, () => {
    expect(shown().page.includes(t('aliases.understood'))).toBe(may);
    expect(shown().page.includes('<button')).toBe(may);
    expect(shown().page.includes(t('aliases.guest'))).toBe(!may);
  });
});
