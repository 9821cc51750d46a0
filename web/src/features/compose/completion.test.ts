import { describe, expect, it } from 'vitest';
import type { Correspondent } from '../../api/types';
import { addresseeOf, completions } from './completion';

const person = (address: string, more: Partial<Correspondent> = {}): Correspondent => ({
  name: null,
  address,
  kind: 'professional',
  last_at: 0,
  ...more,
});
const bert = person('bert.meyer@new.test', { name: 'Bert Meyer', formerly: 'bert@old.test', last_at: 2 });
const known = [person('carla@x.test', { name: 'Carla Berg', last_at: 1 }), bert, person('dora@x.test')];
const found = (text: string, except: string[] = []) => completions(known, text, except).map(({ address }) => address);

describe('completions', () => {
  it('finds people by any word of their name, and by their address', () => {
    expect(found('ber')).toEqual(['bert.meyer@new.test', 'carla@x.test']);
    expect(found(' DORA@')).toEqual(['dora@x.test']);
  });

  it('finds them by the address they were last dealt with under', () => {
    expect(found('bert@old')).toEqual(['bert.meyer@new.test']);
  });

  it('leaves out who is a recipient already', () => {
    expect(found('ber', ['bert.meyer@new.test'])).toEqual(['carla@x.test']);
  });
});

describe('addresseeOf', () => {
  it('writes to the address of now', () => {
    expect(addresseeOf(bert)).toEqual({
      name: 'Bert Meyer',
      address: 'bert.meyer@new.test',
      formerly: 'bert@old.test',
    });
    expect(addresseeOf(person('dora@x.test'))).toEqual({ address: 'dora@x.test' });
  });
});
