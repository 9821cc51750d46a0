import { describe, expect, it } from 'vitest';
import type { Opened } from '../../vault/protocol';
import { beginning } from './answer';

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
const addresses = (people: { address: string }[]) => people.map(({ address }) => address);

describe('beginning', () => {
  it('answers the sender, with the text quoted and no files', () => {
    const reply = beginning('reply', opened(), own);
    expect(addresses(reply.to)).toEqual(['bert@x.test']);
    expect(reply.cc).toEqual([]);
    expect(reply.subject).toBe('Re: Price');
    expect(reply.text).toMatch(/^\n\nOn .+, Bert wrote:\n> It is ten\.\n>\n>> Is it nine\?$/);
    expect(reply.files).toEqual([]);
  });

  it('answers all but oneself, each once', () => {
    const reply = beginning('reply-all', opened(), own);
    expect(addresses(reply.to)).toEqual(['bert@x.test']);
    expect(addresses(reply.cc)).toEqual(['carla@x.test', 'dora@x.test']);
  });

  it('sends the answer to a message of one’s own to those it went to', () => {
    const sent = opened({ from: { name: 'Anna', address: 'anna@x.test' }, to: [{ address: 'bert@x.test' }] });
    expect(addresses(beginning('reply', sent, own).to)).toEqual(['bert@x.test']);
  });

  it('takes the files along when it forwards', () => {
    const forward = beginning('forward', opened(), own);
    expect(forward.to).toEqual([]);
    expect(forward.subject).toBe('Fwd: Price');
    expect(forward.files).toEqual(opened().files);
    expect(forward.text).toContain('From: Bert <bert@x.test>');
  });

  it('puts no prefix before another', () => {
    expect(beginning('reply', opened({ subject: 're: Price' }), own).subject).toBe('re: Price');
    expect(beginning('forward', opened({ subject: 'Fwd: Price' }), own).subject).toBe('Fwd: Price');
    expect(beginning('reply', opened({ subject: '' }), own).subject).toBe('Re:');
  });
});
