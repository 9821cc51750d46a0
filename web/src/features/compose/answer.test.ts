import { describe, expect, it } from 'vitest';
import type { Opened } from '../../vault/protocol';
import type { OpenDelivery } from '../../api/types';
import { beginning, movedIn } from './answer';

const opened = (more: Partial<Opened> = {}): Opened => ({
  from: { name: 'Bert', address: 'bert@x.test' },
  to: [{ name: 'Anna', address: 'anna@x.test' }, { address: 'carla@x.test' }],
  cc: [{ address: 'dora@x.test' }, { address: 'BERT@x.test' }],
  subject: 'Price',
  text: 'It is ten.\n\n> Is it nine?\n',
  date: 0,
  files: [{ name: 'a.pdf', mediaType: 'application/pdf', size: 1, sha256: '00', key: 'AA==' }],
  signedAt: 0,
  fingerprint: '00',
  ...more,
});
const own = ['Anna@X.test'];
const nobody = new Map<string, string>();
const addresses = (people: { address: string }[]) => people.map(({ address }) => address);

describe('beginning', () => {
  it('answers the sender, with the text quoted and no files', () => {
    const reply = beginning('reply', opened(), own, nobody);
    expect(addresses(reply.to)).toEqual(['bert@x.test']);
    expect(reply.cc).toEqual([]);
    expect(reply.subject).toBe('Re: Price');
    expect(reply.text).toMatch(/^\n\nOn .+, Bert wrote:\n> It is ten\.\n>\n>> Is it nine\?$/);
    expect(reply.files).toEqual([]);
  });

  it('answers all but oneself, each once', () => {
    const reply = beginning('reply-all', opened(), own, nobody);
    expect(addresses(reply.to)).toEqual(['bert@x.test']);
    expect(addresses(reply.cc)).toEqual(['carla@x.test', 'dora@x.test']);
  });

  it('sends the answer to a message of one’s own to those it went to', () => {
    const sent = opened({ from: { name: 'Anna', address: 'anna@x.test' }, to: [{ address: 'bert@x.test' }] });
    expect(addresses(beginning('reply', sent, own, nobody).to)).toEqual(['bert@x.test']);
  });

  it('takes the files along when it forwards', () => {
    const forward = beginning('forward', opened(), own, nobody);
    expect(forward.to).toEqual([]);
    expect(forward.subject).toBe('Fwd: Price');
    expect(forward.files).toEqual(opened().files);
    expect(forward.text).toContain('From: Bert <bert@x.test>');
  });

  it('leaves the answer to a message of one’s own to hidden recipients without any', () => {
    const sent = opened({ from: { address: 'anna@x.test' }, to: [], cc: [] });
    expect(beginning('reply', sent, own, nobody).to).toEqual([]);
  });

  it('answers oneself where nobody else was written to', () => {
    const note = opened({ from: { address: 'anna@x.test' }, to: [{ address: 'anna@x.test' }], cc: [] });
    expect(addresses(beginning('reply', note, own, nobody).to)).toEqual(['anna@x.test']);
  });

  it('puts no prefix before another', () => {
    expect(beginning('reply', opened({ subject: 're: Price' }), own, nobody).subject).toBe('re: Price');
    expect(beginning('forward', opened({ subject: 'Fwd: Price' }), own, nobody).subject).toBe('Fwd: Price');
    expect(beginning('reply', opened({ subject: '' }), own, nobody).subject).toBe('Re:');
  });
});

describe('people who have another address now', () => {
  const delivery = {
    sender: { name: 'Bert', address: 'Bert@x.test' },
    sender_now: 'bert@new.test',
    slip: {
      participants: [
        { role: 'to', address: 'anna@x.test', now: 'anna@new.test', name: 'Anna', standing: 'registered' },
        { role: 'to', address: 'carla@x.test', name: null, standing: 'registered' },
        { role: 'cc', address: 'dora@x.test', now: 'dora@new.test', name: 'Dora', standing: 'registered' },
      ],
      in_reply_to: null,
    },
  } as unknown as OpenDelivery;
  const moved = movedIn(delivery);

  it('are answered there, and known by where they were', () => {
    expect(beginning('reply', opened(), own, moved).to).toEqual([
      { name: 'Bert', address: 'bert@new.test', formerly: 'bert@x.test' },
    ]);
    expect(addresses(beginning('reply-all', opened(), ['anna@new.test'], moved).cc)).toEqual([
      'carla@x.test',
      'dora@new.test',
    ]);
  });

  it('are answered even where their former address is one’s own now', () => {
    const reply = beginning('reply-all', opened(), ['anna@new.test', 'dora@x.test', 'bert@x.test'], moved);
    expect(addresses([...reply.to, ...reply.cc])).toEqual(['bert@new.test', 'carla@x.test', 'dora@new.test']);
  });

  it('are oneself where oneself moved, whether or not the former address is still there', () => {
    const sent = opened({ from: { address: 'bert@x.test' } });
    const reply = beginning('reply-all', sent, ['bert@new.test'], moved);
    expect(addresses([...reply.to, ...reply.cc])).toEqual(['anna@new.test', 'carla@x.test', 'dora@new.test']);
  });

  it('are one recipient, however many addresses they were written to', () => {
    const twice = new Map([
      ['carla@x.test', 'carla@new.test'],
      ['dora@x.test', 'carla@new.test'],
    ]);
    expect(addresses(beginning('reply-all', opened(), own, twice).cc)).toEqual(['carla@new.test']);
  });
});
