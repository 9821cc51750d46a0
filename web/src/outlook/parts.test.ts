// What parts of the pane show for what is given to them.
import { createRawSnippet } from 'svelte';
import { render } from 'svelte/server';
import { describe, expect, it, vi } from 'vitest';
import { t } from '../text';
import { keptOf } from './fakes';
import ForWriting from './ForWriting.svelte';
import type { Pane } from './pane';
import type { SendSecure, Shown } from './send-secure.svelte';
import SentPart from './SentPart.svelte';
import ShownPart from './ShownPart.svelte';

vi.hoisted(() => {
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('location', { origin: 'https://post.clinic.example' });
});

describe('ForWriting', () => {
  it('changes no account while a message is on its way', () => {
    const kept = [keptOf('Anna', 'anna@old.example'), keptOf('Ben', 'ben@lawyers.example')];
    const pane = {
      host: { userAddress: () => undefined },
      accounts: { kept, use: { name: 'nothing' }, shelf: { chosen: () => undefined } },
    } as unknown as Pane;
    const children = createRawSnippet(() => ({ render: () => '<p></p>' }));
    const select = (held: boolean) =>
      /<select[^>]*>/.exec(render(ForWriting, { props: { pane, children, held } }).body)?.[0];
    expect(select(true)).toContain('disabled');
    expect(select(false)).not.toContain('disabled');
  });
});

describe('ShownPart', () => {
  it('warns of images that do not go along', () => {
    const shown: Shown = { to: [], cc: [], bcc: [], subject: '', files: [], elsewhere: 0 };
    const body = (elsewhere: number) =>
      render(ShownPart, { props: { shown: { ...shown, elsewhere }, from: { address: 'anna@old.example' } } }).body;
    expect(body(2)).toContain(t('pane.send.elsewhere', { n: 2 }));
    expect(body(0)).not.toContain('Not taken along');
  });
});

describe('SentPart', () => {
  it('says that what was written since is still in the draft', () => {
    const body = (since: boolean) => {
      const secure = { stage: 'left', since, still: [] } as unknown as SendSecure;
      return render(SentPart, { props: { secure, sent: { message: 'm', delivery: 'd' }, leaves: 'nothing' } }).body;
    };
    expect(body(true)).toContain(t('pane.send.since'));
    expect(body(true)).toContain(t('pane.send.left.copy'));
    expect(body(false)).toContain(t('pane.send.left.nothing'));
    expect(body(false)).not.toContain(t('pane.send.since'));
  });
});
