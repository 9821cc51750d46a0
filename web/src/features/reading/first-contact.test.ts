// Who a message seems to be from, before everything that really runs between the portal's answer and the page: opening, the
// worker, the vault's module, and the page itself.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { render } from 'svelte/server';
import { workerInProcess } from '../../vault/worker-in-process';
import { toBase64 } from '../../api/bytes';
import type * as Api from '../../api/client';
import type { OpenDelivery, Recipient } from '../../api/types';
import { session } from '../../session/session.svelte';
import { t } from '../../text';
import { vault } from '../../vault/client';
import * as guessing from '../../vault/module/guessing.js';
import * as module from '../../vault/module/vault_wasm.js';
import Slip from '../slip/Slip.svelte';
import Message from './Message.svelte';
import { OpenMessage, openDelivery } from './opened.svelte';

const world = vi.hoisted(() => ({ deliveries: {} as Record<string, unknown> }));

vi.mock('../../api/client', async (original) => ({
  ...(await original<typeof Api>()),
  delivery: (id: string) => Promise.resolve(world.deliveries[id]),
}));

const ANNA = 'anna@clinic.test';
const EVE = 'eve@evil.test';
const [anna = '', eve = '', first = '', second = '', later = ''] = ['a', 'e', '1', '2', '3'].map(
  (end) => `0199ad0e-1f7a-7000-8000-00000000000${end}`,
);
const DAY = 86_400_000;
// Any two points of the group make an answer that a registration can be finished with: the basepoint, twice.
const basepoint = 'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76';
const response = Uint8Array.from(Buffer.from(basepoint + basepoint, 'hex'));
const setup = { origin: 'https://portal.test', number: 1, stretching: { memory_kib: 64 << 10, passes: 3 } };

/** A message of Eve's to Anna, who calls herself something else in it than she is registered as. */
function writes(id: string, annas: Uint8Array, eves: module.OpenVault, at = Date.now()): OpenDelivery {
  const recipient: Recipient = {
    address: ANNA,
    account: anna,
    name: 'Anna',
    standing: 'registered',
    certificate: toBase64(annas),
  };
  const readers = eves.checkReaders(eve, [{ address: ANNA }], [recipient], undefined);
  const letter = {
    from: { name: 'The Administrator', address: EVE },
    to: [{ address: ANNA }],
    cc: [],
    subject: 'Your account',
    text: 'Write me your password.',
    files: [],
  };
  const sealed = eves.seal(letter, id, readers, at);
  const packet = sealed.keyPackets.find(({ account }) => account === anna)?.packet ?? new Uint8Array();
  return {
    id,
    message: id,
    folder: 'inbox',
    sent_at: 0,
    read_at: 1,
    sender: { name: 'Eve Guest', address: EVE },
    sender_fingerprint: eves.fingerprint,
    certificate_key: '',
    certificate: toBase64(eves.certificate),
    to: [ANNA],
    key_packet: toBase64(packet),
    cover: toBase64(sealed.cover),
    body: toBase64(sealed.body),
    files: 0,
    files_stored: [],
    size: 1,
    slip: { participants: [] },
  } as unknown as OpenDelivery;
}

const words = ({ body }: { body: string }) =>
  body
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** What a person sees who opens it. */
async function opens(id: string) {
  const message = new OpenMessage(id);
  await message.load();
  // What is kept in the background has been kept.
  await vault.call('identity', []);
  return { message, ...shownOf(message) };
}

function shownOf(message: OpenMessage) {
  const { reading } = message;
  if (reading.state !== 'open') return { reading, shown: '', slip: '' };
  const shown = words(render(Message, { props: { message, reading } }));
  return { reading, shown, slip: words(render(Slip, { props: reading })) };
}

beforeAll(async () => {
  await workerInProcess();
  await vault.call('startRegistration', ['seven quiet herons', []]);
  await vault.call('finishRegistration', [response, setup, anna, ANNA, Date.now() - 2 * DAY]);
  const { certificate } = await vault.call('identity', []);
  const started = module.startRegistration('seven quiet herons', [], guessing);
  const eves = started.finish(response, setup, setup.origin, eve, EVE, Date.now() - 2 * DAY).vault;
  world.deliveries = {
    [first]: writes(first, certificate, eves),
    [second]: writes(second, certificate, eves),
    [later]: writes(later, certificate, eves, Date.now() + 3 * DAY),
  };
}, 120_000);

beforeEach(() => {
  vi.spyOn(session, 'change').mockImplementation((work) => work().then(() => undefined));
});

describe('a message by a key that nobody has confirmed', () => {
  it('is not called verified, however often one of its messages is opened', async () => {
    const met = await opens(first);
    expect(met.shown).toContain(t('reading.key.first.title'));
    expect(met.shown).toContain(t('reading.key.first.text', { name: 'Eve Guest' }));
    expect(met.slip).toContain(t('slip.signature.unconfirmed', { name: 'Eve Guest' }));
    for (const id of [first, second, first]) {
      const { shown, slip } = await opens(id);
      expect(shown).toContain(t('reading.key.unconfirmed.title'));
      expect(shown + slip).not.toContain(t('reading.verified'));
      expect(slip).not.toContain(t('slip.signature.good', { name: 'Eve Guest' }));
    }
  });

  it('is called verified once the person has said whose key it is', async () => {
    const { message } = await opens(second);
    await message.acceptKey();
    expect(shownOf(message).shown).toContain(t('reading.verified'));
    const { shown, slip } = await opens(first);
    expect(shown).toContain(t('reading.verified'));
    expect(slip).toContain(t('slip.signature.good', { name: 'Eve Guest' }));
  });
});

describe('a message whose sender calls themselves somebody else', () => {
  it('is from whom the portal has registered, and the other name is told as what it is', async () => {
    const { shown, slip } = await opens(first);
    expect(shown).toContain(`Eve Guest ${EVE} ${t('people.signed-as', { name: 'The Administrator' })}`);
    expect(slip).toContain(`Eve Guest ${EVE} ${t('people.signed-as', { name: 'The Administrator' })}`);
  });

  it('is answered as from whom it is', async () => {
    expect((await openDelivery(first)).opened.from).toEqual({ name: 'Eve Guest', address: EVE });
  });
});

describe('a signature of later', () => {
  it('is none', async () => {
    const { reading } = await opens(later);
    expect(reading).toMatchObject({ state: 'refused', why: t('vault.signed-later') });
  });
});
