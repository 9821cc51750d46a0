import { describe, expect, it } from 'vitest';
import { Shelf, forWriting, isAmong } from './activations';
import { PORTAL, keptOf, storage } from './fakes';

const anna = keptOf('Anna', 'anna@clinic.example', 'anna@old.example');
const ben = keptOf('Ben', 'ben@lawyers.example');

const shelf = (place: Storage, prefix = '', portal = PORTAL) => new Shelf((name) => prefix + name, portal, place);

describe('Shelf', () => {
  it('keeps several accounts', () => {
    const place = storage();
    shelf(place).put(anna);
    shelf(place).put(ben);
    expect(shelf(place).all()).toEqual([anna, ben]);
  });

  it('keeps nothing but what it was given: no password, no key', () => {
    const place = storage();
    shelf(place).put(anna);
    const stored = JSON.parse(place.getItem('restante.activations') ?? '') as object[];
    expect(Object.keys(stored[0] ?? {}).sort()).toEqual(
      ['account', 'address', 'addresses', 'id', 'name', 'portal', 'secret'].sort(),
    );
  });

  it('keeps one of an account: a new one takes the place of the one before, in one go', () => {
    const place = storage();
    const writes: string[] = [];
    const watched = {
      ...place,
      setItem: (name: string, value: string) => (writes.push(value), place.setItem(name, value)),
    };
    shelf(watched).put(anna);
    shelf(watched).put({ ...anna, id: 'again', address: 'anna@new.example' });
    expect(
      shelf(place)
        .all()
        .map(({ id }) => id),
    ).toEqual(['again']);
    expect(writes).toHaveLength(2);
  });

  it('takes up what another pane has changed meanwhile', () => {
    const place = storage();
    const [one, other] = [shelf(place), shelf(place)];
    one.put(anna);
    other.put(ben);
    one.forget(anna.id);
    expect(other.all()).toEqual([ben]);
    other.forget(ben.id);
    expect(place.length).toBe(0);
  });

  it('learns addresses and name, and brings nothing back that was forgotten', () => {
    const place = storage();
    const it = shelf(place);
    it.put(anna);
    it.update(anna.id, { name: 'Dr Anna', addresses: ['anna@new.example'] });
    expect(it.all()[0]).toEqual({ ...anna, name: 'Dr Anna', addresses: ['anna@new.example'] });
    it.forget(anna.id);
    it.update(anna.id, { name: 'x', addresses: [] });
    expect(it.all()).toEqual([]);
  });

  it('shows those of this portal, and keeps those of others', () => {
    const place = storage();
    shelf(place).put(anna);
    const other = shelf(place, '', 'https://other.example');
    expect(other.all()).toEqual([]);
    other.put({ ...anna, portal: 'https://other.example' });
    expect(shelf(place).all()).toEqual([]);
    other.put({ ...ben, portal: 'https://other.example' });
    shelf(place).put({ ...ben, id: 'here' });
    expect(other.all()).toHaveLength(2);
  });

  it('keeps apart what is kept for different hosts', () => {
    const place = storage();
    shelf(place, 'partition:').put(anna);
    expect(shelf(place).all()).toEqual([]);
    expect(shelf(place, 'partition:').all()).toEqual([anna]);
  });

  it('is empty where something else stands in its place', () => {
    const place = storage();
    for (const value of ['', '{', '1', '{}', '[1]', '[{"id":1}]', JSON.stringify([{ ...anna, secret: '*' }])]) {
      place.setItem('restante.activations', value);
      expect(shelf(place).all(), value).toEqual([]);
    }
  });

  it('remembers the choice for each mailbox', () => {
    const place = storage();
    shelf(place).choose('Shared@Clinic.example', ben.id);
    expect(shelf(place).chosen('shared@clinic.example')).toBe(ben.id);
    expect(shelf(place).chosen('anna@clinic.example')).toBeUndefined();
  });
});

describe('forWriting', () => {
  it('takes the account that has the mailbox’ address, however it is written', () => {
    expect(forWriting([anna, ben], 'Ben@LAWYERS.example', undefined)).toBe(ben);
    expect(forWriting([ben, anna], 'anna@old.example', undefined)).toBe(anna);
  });

  it('takes the one that was chosen before that', () => {
    expect(forWriting([anna, ben], 'ben@lawyers.example', anna.id)).toBe(anna);
    expect(forWriting([anna, ben], 'ben@lawyers.example', 'removed since')).toBe(ben);
  });

  it('takes any where none fits, and none where there is none', () => {
    expect(forWriting([anna, ben], 'shared@clinic.example', undefined)).toBe(anna);
    expect(forWriting([anna], undefined, undefined)).toBe(anna);
    expect(forWriting([], 'anna@clinic.example', undefined)).toBeUndefined();
  });
});

describe('isAmong', () => {
  it('compares as the portal does', () => {
    expect(isAmong(['ANNA@Clinic.Example'], ['anna@clinic.example'])).toBe(true);
    expect(isAmong(['anna@münchen.example'], ['anna@xn--mnchen-3ya.example'])).toBe(true);
    expect(isAmong(['anna+x@clinic.example'], ['anna@clinic.example'])).toBe(false);
    expect(isAmong([], ['anna@clinic.example'])).toBe(false);
  });
});
