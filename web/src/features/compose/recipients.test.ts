import { describe, expect, it } from 'vitest';
import { addTo, canonical, isAddress, parseRecipients, without } from './recipients';

describe('isAddress', () => {
  it('takes what mail is sent to', () => {
    for (const address of ['anna@example.test', 'a.b+c@x.example.test', "o'neil@example.test", 'üdo@bücher.test']) {
      expect(isAddress(address), address).toBe(true);
    }
  });

  it('refuses slips of the finger', () => {
    const bad = ['', 'anna', '@x.test', 'anna@', 'anna@x', 'an na@x.test', 'a..b@x.test', 'a@b@x.test', 'a@x..test'];
    for (const address of [...bad, `${'a'.repeat(65)}@x.test`, 'a\u0000@x.test']) {
      expect(isAddress(address), address).toBe(false);
    }
  });
});

describe('parseRecipients', () => {
  it('takes a list as mail programs copy it', () => {
    const text = 'anna@x.test; "Smith, Bert" <bert@x.test>,\nCarla <carla@x.test>';
    expect(parseRecipients(text)).toEqual({
      recipients: [
        { address: 'anna@x.test' },
        { name: 'Smith, Bert', address: 'bert@x.test' },
        { name: 'Carla', address: 'carla@x.test' },
      ],
      bad: [],
    });
  });

  it('parts bare addresses at blanks too', () => {
    expect(parseRecipients('a@x.test b@x.test').recipients).toHaveLength(2);
  });

  it('gives back what is no address, as it was typed', () => {
    expect(parseRecipients('anna@x.test, bert')).toEqual({ recipients: [{ address: 'anna@x.test' }], bad: ['bert'] });
  });
});

describe('lists of recipients', () => {
  it('hold each address once, however it is written', () => {
    const list = addTo([{ address: 'Anna@Example.test' }], [{ address: 'anna@EXAMPLE.test' }, { address: 'b@x.test' }]);
    expect(list.map(({ address }) => address)).toEqual(['Anna@Example.test', 'b@x.test']);
    expect(without(list, ['ANNA@example.test'])).toEqual([{ address: 'b@x.test' }]);
  });

  it('compare domains in either script', () => {
    expect(canonical('a@BÜCHER.test')).toBe(canonical('A@xn--bcher-kva.test'));
  });
});
