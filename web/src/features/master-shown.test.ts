// Pages that show the Master, or where somebody is now: listed in docs/master.md.
import { render } from 'svelte/server';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ClaimShown, Correspondent, OpenDelivery, Session } from '../api/types';
import { session } from '../session/session.svelte';
import HandOver from '../outlook/HandOver.svelte';
import type { Pane } from '../outlook/pane';
import type { SendSecure } from '../outlook/send-secure.svelte';
import SendPart from '../outlook/SendPart.svelte';
import type { Opened } from '../vault/protocol';
import AccountPage from './account/AccountPage.svelte';
import ActivationsPage from './activations/ActivationsPage.svelte';
import AddressLine from './aliases/AddressLine.svelte';
import PromoteDialog from './aliases/PromoteDialog.svelte';
import ComposeForm from './compose/ComposeForm.svelte';
import { Composing } from './compose/composing.svelte';
import RecipientField from './compose/RecipientField.svelte';
import Suggestions from './compose/Suggestions.svelte';
import ConfirmedPart from './confirmation/ConfirmedPart.svelte';
import RequestShown from './confirmation/RequestShown.svelte';
import Message from './reading/Message.svelte';
import type { OpenMessage } from './reading/opened.svelte';
import Slip from './slip/Slip.svelte';

vi.hoisted(() => {
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('location', { origin: 'https://portal.test' });
});

const own = [
  { address: 'anna@new.test', master: true, confirmed_at: 0 },
  { address: 'anna@old.test', master: false, confirmed_at: 0 },
];

/** The words that a page shows, in order. */
function words(rendered: { body: string }): string {
  return rendered.body
    .replace(/<!--.*?-->/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

beforeAll(() => {
  const account = {
    id: 'id',
    name: 'Anna',
    kind: 'professional',
    administrator: false,
    addresses: own,
    certificate: '',
  };
  session.session = { account, password_until: 0 } as unknown as Session;
});

describe('one’s own Master', () => {
  it('is marked under Account', () => {
    const shown = words(render(AccountPage));
    expect(shown).toMatch(/anna@new\.test Master .*anna@old\.test Alias/);
  });

  it('is marked in Alias Management, and cannot be promoted or removed', () => {
    const [master, alias] = own.map((each) =>
      words(render(AddressLine, { props: { own: each, onpromote: () => undefined, onremove: () => undefined } })),
    );
    expect(master).toContain('Master');
    expect(master).not.toMatch(/Promote|Remove/);
    expect(alias).toMatch(/Alias .*Promote to Master .*Remove/);
  });

  it('is what the dialog says will stay as an alias', () => {
    const props = {
      address: 'anna@old.test',
      master: 'anna@new.test',
      onpromoted: () => undefined,
      onclose: () => undefined,
    };
    expect(words(render(PromoteDialog, { props }))).toContain('anna@new.test');
  });

  it('is what programs are to be activated under', () => {
    const shown = words(render(ActivationsPage));
    expect(shown).toMatch(/Enter anna@new\.test and your password/);
    expect(shown).toMatch(/Press Activate, and enter anna@new\.test/);
    expect(shown).not.toContain('anna@old.test');
  });

  it('is who a message that was written in Outlook comes from', () => {
    const shown = { to: [], cc: [], bcc: [], subject: 'x', files: [] };
    const secure = { shown, stage: 'ready' } as unknown as SendSecure;
    const props = { secure, composing: new Composing(), leaves: 'nothing' as const };
    expect(words(render(SendPart, { props }))).toContain('Anna &lt;anna@new.test');
  });

  it('is whose account the Secure Webmail opens from Outlook', () => {
    expect(words(render(HandOver, { props: { pane: {} as Pane } }))).toContain('account of anna@new.test');
  });

  it('is who a message comes from', () => {
    expect(words(render(ComposeForm))).toContain('Anna anna@new.test');
  });
});

describe('somebody else’s Master of now', () => {
  const opened = {
    subject: 'Results',
    from: { name: 'Bert', address: 'bert@old.test' },
    to: [],
    cc: [],
    text: 'All is well.',
    files: [],
    fingerprint: 'ab'.repeat(32),
    signedAt: 0,
  } as unknown as Opened;
  const delivery = {
    folder: 'inbox',
    sent_at: 0,
    size: 1,
    files_stored: [],
    sender: { name: 'Bert', address: 'bert@old.test' },
    sender_now: 'bert@new.test',
    slip: {
      participants: [
        { role: 'to', name: 'Carl', address: 'carl@old.test', now: 'carl@new.test', standing: 'registered' },
        { role: 'to', name: 'Dora', address: 'dora@x.test', standing: 'registered' },
      ],
    },
  } as unknown as OpenDelivery;

  it('stands beside the address that a message came from', () => {
    const props = { message: {} as OpenMessage, reading: { state: 'open', delivery, opened, sight: 'same' } as never };
    expect(words(render(Message, { props }))).toContain('Bert bert@old.test now bert@new.test');
  });

  it('stands in the slip beside each address that it differs from', () => {
    const shown = words(render(Slip, { props: { delivery, opened, sight: 'same' } }));
    expect(shown).toContain('bert@old.test now bert@new.test');
    expect(shown).toContain('carl@old.test now carl@new.test');
    expect(shown).not.toContain('dora@x.test now');
  });

  const bert = { name: 'Bert', address: 'bert@new.test', formerly: 'bert@old.test' };

  it('is what completion offers, with the address that was typed', () => {
    const props = { id: 'to', suggestions: [bert as Correspondent], active: 0, onchoose: () => undefined };
    expect(words(render(Suggestions, { props }))).toContain('Bert now bert@new.test formerly bert@old.test');
  });

  it('is where a recipient who was chosen is written to', () => {
    const none = new Set<string>();
    const props = { id: 'to', label: 'To', recipients: [bert], typing: '', marked: none, refused: none };
    expect(words(render(RecipientField, { props }))).toContain('Bert now bert@new.test');
  });
});

describe('the claimant’s Master', () => {
  const shown = (kind: 'absorbs' | 'moves-or-absorbs' | 'mail-joins' | 'joins', asks: ClaimShown['asks']) =>
    words(
      render(RequestShown, {
        props: {
          shown: {
            address: 'anna@new.test',
            claimant: { name: 'Anna', address: 'anna@old.test' },
            claimant_fingerprint: 'ab'.repeat(32),
            by_administrator: false,
            expires_at: 0,
            outcome: kind === 'mail-joins' ? { kind, waiting: 2 } : { kind },
            asks,
          } as ClaimShown,
        },
      }),
    );

  it('is who the address will belong to', () => {
    expect(shown('joins', 'click')).toContain('Secure Account it is to join Anna anna@old.test');
  });

  it('is who will be able to read, where somebody else may have been talked into it', () => {
    for (const kind of ['absorbs', 'moves-or-absorbs'] as const) {
      expect(shown(kind, 'password')).toMatch(
        /Confirm only if you are Anna \(anna@old\.test\).*everything.*This wasn’t me/,
      );
    }
    expect(shown('mail-joins', 'number')).toMatch(/Confirm only if you are Anna \(anna@old\.test\).*This wasn’t me/);
    // Whoever is signed in as the claimant is not somebody else.
    expect(shown('mail-joins', 'click')).not.toContain('Confirm only if');
  });

  it('is named once it is confirmed', () => {
    const confirmed = { address: 'anna@new.test', claimant: { name: 'Anna', address: 'anna@old.test' } };
    const props = { confirmed, absorbed: false, whose: 'nobody' as const };
    expect(words(render(ConfirmedPart, { props }))).toContain('alias of the Secure Account of anna@old.test');
  });
});
