// Several devices of one account while another account is absorbed, in whatever order requests and news arrive. All of
// this is the real thing but the portal and the vault, which are as small as they can be.
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../api/bytes';
import { Refused } from '../../api/problem';
import type { Change, Delivery, Page } from '../../api/types';
import { Keyring, type HandedOver } from '../../session/keyring';
import { VaultError } from '../../vault/client';
import { ChangeFeed, type EventStream } from './change-feed';
import { FolderList } from './folder.svelte';
import { workIn } from './news';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const sealedText = (value: string) => toBase64(bytes(value));

/** The same numbers for the same seed. */
function randomness(seed: number) {
  let state = seed * 2654435761 + 1;
  return (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) | 0;
    return (state >>> 0) % below;
  };
}

/** What is under way arrives in an order that the seed decides. */
class Network {
  #waiting: (() => void)[] = [];

  constructor(private readonly random: (below: number) => number) {}

  travel(): Promise<void> {
    return new Promise((resume) => this.#waiting.push(resume));
  }

  async call<T>(answer: () => T): Promise<T> {
    await this.travel();
    const said = answer();
    await this.travel();
    return said;
  }

  /** Lets things arrive until nothing is under way; some come to a halt on the way to let others begin. */
  async settle(most = Infinity): Promise<void> {
    for (let steps = 0; steps < most; steps += 1) {
      await new Promise((resume) => setImmediate(resume));
      if (this.#waiting.length === 0) return;
      this.#waiting.splice(this.random(this.#waiting.length), 1)[0]?.();
    }
  }
}

const PAGE = 3;

class FakePortal {
  version = 1;
  vault = JSON.stringify(['own']);
  parcels: HandedOver[] = [];
  deliveries: Delivery[] = [];
  feed: Change[] = [];
  streams: ((latest: number) => void)[] = [];
  #last = 0;

  constructor(private readonly network: Network) {}

  tell(...changes: Change[]): void {
    this.feed.push(...changes);
    const latest = this.feed.length;
    for (const hear of this.streams) void this.network.travel().then(() => hear(latest));
  }

  write(sealed: string, base: number): number {
    if (base !== this.version) throw new Refused({ type: 'version-conflict', status: 412, title: '' });
    this.vault = sealed;
    this.version += 1;
    this.tell({ kind: 'vault', version: this.version });
    return this.version;
  }

  parcel(to: string, keys: string[]): void {
    // Newest first, as the portal lists them.
    const sealed = sealedText(JSON.stringify({ to, keys }));
    this.parcels.unshift({ id: `p${++this.#last}`, origin: { kind: 'claim', claim: 'c' }, sealed });
  }

  deliver(id: string, key: string): Delivery {
    const delivery = {
      id,
      message: id,
      folder: 'inbox',
      sent_at: 0,
      sender: { name: 'Anna', address: 'anna@x.test' },
      sender_fingerprint: '00',
      certificate_key: '00',
      to: [],
      key_packet: sealedText(key),
      cover: '',
      files: 0,
      size: 0,
    } satisfies Delivery;
    this.deliveries = [...this.deliveries, delivery].sort((a, b) => (a.id < b.id ? 1 : -1));
    return delivery;
  }

  page(before?: string): Page {
    const older = this.deliveries.filter(({ id }) => before === undefined || id < before);
    const deliveries = older.slice(0, PAGE);
    const next = older.length > PAGE ? deliveries.at(-1)?.id : undefined;
    return { deliveries, certificates: { '00': '' }, ...(next ? { next } : {}) };
  }
}

class Device {
  keys = new Set<string>();
  readonly inbox: FolderList;
  #keyring: Keyring | undefined;

  constructor(
    private readonly portal: FakePortal,
    private readonly network: Network,
  ) {
    this.inbox = new FolderList('inbox', {
      deliveries: (_, before) => network.call(() => portal.page(before)),
      openCovers: async (parts) => {
        await network.travel();
        return parts.map(({ keyPacket }) =>
          this.keys.has(text(keyPacket))
            ? { cover: { subject: '', senderName: '', snippet: '', files: [] } }
            : { failure: 'wrong-key' },
        );
      },
    });
  }

  get #open(): Keyring {
    if (!this.#keyring) throw new Error('not signed in');
    return this.#keyring;
  }

  async #reopen(): Promise<number> {
    const [version, sealed] = await this.network.call(() => [this.portal.version, this.portal.vault] as const);
    this.keys = new Set(JSON.parse(sealed) as string[]);
    return version;
  }

  /** As the session does it: the vault, then parcels, then the feed. */
  async start(): Promise<void> {
    const { portal, network } = this;
    const version = await this.#reopen();
    this.#keyring = new Keyring(
      {
        lock: () => Promise.resolve(bytes(JSON.stringify([...this.keys]))),
        write: (sealed, base) => network.call(() => portal.write(text(sealed), base)),
        reopen: async () => ({ version: await this.#reopen(), joined: false }),
        parcels: () => network.call(() => portal.parcels),
        takeIn: ({ sealed }) => {
          const { to, keys } = JSON.parse(text(fromBase64(sealed))) as { to: string; keys: string[] };
          if (!this.keys.has(to)) return Promise.reject(new VaultError('wrong-key', ''));
          const any = keys.some((key) => !this.keys.has(key));
          for (const key of keys) this.keys.add(key);
          return Promise.resolve(any);
        },
        isInPerson: () => true,
        drop: (id) => network.call(() => void (portal.parcels = portal.parcels.filter((each) => each.id !== id))),
        keysCame: () => void this.inbox.tryAgain(),
        parcelsRefused: () => undefined,
      },
      { version, joined: false },
    );
    await this.#open.takeInParcels();
    new ChangeFeed({
      connect: () => this.#connect(),
      changes: (since) =>
        network.call(() => ({ changes: portal.feed.slice(since), latest: portal.feed.length, more: false })),
      apply: (changes) => this.#apply(changes),
      connected: () => undefined,
      isOver: () => false,
      later: () => () => undefined,
    }).start();
  }

  #connect(): EventStream {
    return {
      readyState: 1,
      close: () => undefined,
      addEventListener: (type: string, listener: (event: { data: string }) => void) => {
        if (type !== 'change') return;
        void this.network.travel().then(() => {
          this.portal.streams.push((latest) => listener({ data: String(latest) }));
          listener({ data: String(this.portal.feed.length) });
        });
      },
    };
  }

  async #apply(changes: Change[] | undefined): Promise<void> {
    if (changes?.length === 0) return;
    if (changes) {
      return workIn(changes, {
        follow: (version) => this.#open.follow(version),
        refreshAccount: () => this.#open.takeInParcels(),
        lookAt: async (_, anew) => void (await this.inbox.refresh(anew)),
      });
    }
    await this.inbox.refresh();
    const [version] = await Promise.all([this.network.call(() => this.portal.version), this.#open.takeInParcels()]);
    await this.#open.follow(version);
  }

  /** Something private is remembered, which writes the vault as well. */
  remember(what: string): Promise<void> {
    return this.#open.change(() => {
      const known = this.keys.has(what);
      this.keys.add(what);
      return Promise.resolve(!known);
    });
  }

  async scrollToTheEnd(): Promise<void> {
    for (let pages = 0; this.inbox.next && pages < 20; pages += 1) await this.inbox.loadMore();
  }
}

async function absorbing(seed: number) {
  const random = randomness(seed);
  const network = new Network(random);
  const portal = new FakePortal(network);
  for (const id of ['10', '20', '30', '40', '50']) portal.deliver(id, 'own');
  const devices = [new Device(portal, network), new Device(portal, network), new Device(portal, network)];
  const [first, second, third] = devices as [Device, Device, Device];
  const started = first.start();
  // The second is open already, or opens its vault while things change.
  if (random(2) === 0) await network.settle();
  void second.start();
  await network.settle(random(60));

  // The absorbed account had a parcel waiting that nobody had opened: a key sealed to a key that comes with another.
  portal.parcel('own', ['absorbed', 'absorbed before']);
  portal.parcel('absorbed', ['waiting']);
  for (const [id, key] of [
    ['15', 'absorbed'],
    ['35', 'waiting'],
    ['55', 'absorbed before'],
  ] as const) {
    portal.deliver(id, key);
  }
  const news: Change[] = [{ kind: 'account' }, { kind: 'mailboxes' }];
  portal.tell(...(random(2) === 0 ? news : news.reverse()));
  await network.settle(random(80));

  void third.start();
  void started.then(() => first.remember('something private'));
  await network.settle(random(40));
  portal.tell({ kind: 'delivery', id: portal.deliver('60', 'absorbed').id });
  void second.scrollToTheEnd();
  await network.settle();
  for (const device of devices) void device.scrollToTheEnd();
  await network.settle();
  return { portal, devices };
}

describe('every device of an account that absorbed another', () => {
  it('reads everything in the end, by itself and in whatever order it learns of it', async () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const { portal, devices } = await absorbing(seed);
      const all = ['absorbed', 'absorbed before', 'own', 'something private', 'waiting'];
      expect((JSON.parse(portal.vault) as string[]).sort(), `seed ${seed}`).toEqual(all);
      expect(portal.parcels, `seed ${seed}`).toEqual([]);
      for (const { keys, inbox } of devices) {
        expect([...keys].sort(), `seed ${seed}`).toEqual(all);
        const shown = inbox.entries.map(({ delivery, cover }) => `${delivery.id} ${cover ? 'open' : 'sealed'}`);
        expect(shown, `seed ${seed}`).toEqual(
          ['60', '55', '50', '40', '35', '30', '20', '15', '10'].map((id) => `${id} open`),
        );
      }
    }
  });
});
