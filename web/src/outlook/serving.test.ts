import { describe, expect, it } from 'vitest';
import { keptOf } from './fakes';
import { servingOf, type Asked } from './serving';
import type { Standing } from './standing';

const anna = keptOf('Anna', 'anna@clinic.example', 'anna@old.example');
const ben = keptOf('Ben', 'ben@lawyers.example');

function asking(answers: Record<string, readonly string[] | Standing>) {
  const asked: string[] = [];
  const ask = ({ name }: { name: string }): Promise<Asked> => {
    asked.push(name);
    const answer = answers[name] ?? [];
    return Promise.resolve(typeof answer === 'string' ? { standing: answer } : { addresses: answer });
  };
  return { asked, ask };
}

describe('servingOf', () => {
  it('takes the account that has the address the mail went to', async () => {
    const { ask, asked } = asking({ Anna: anna.addresses, Ben: ben.addresses });
    expect(await servingOf(['BEN@lawyers.example'], [anna, ben], ask)).toEqual({ name: 'serves', kept: ben });
    // Those that are not concerned are not even asked.
    expect(asked).toEqual(['Ben']);
  });

  it('serves an alias as it serves the Master', async () => {
    const { ask } = asking({ Anna: anna.addresses });
    expect(await servingOf(['anna@old.example'], [anna], ask)).toEqual({ name: 'serves', kept: anna });
  });

  it('finds an address that the account got since it was last asked', async () => {
    const { ask, asked } = asking({ Anna: ['anna@clinic.example', 'anna@new.example'], Ben: ben.addresses });
    expect(await servingOf(['anna@new.example'], [ben, anna], ask)).toEqual({ name: 'serves', kept: anna });
    expect(asked).toEqual(['Ben', 'Anna']);
  });

  it('serves no address that the account has no more', async () => {
    const { ask } = asking({ Anna: ['anna@clinic.example'] });
    expect(await servingOf(['anna@old.example'], [anna], ask)).toEqual({ name: 'other-address' });
  });

  it('serves nobody else’s mail', async () => {
    const { ask } = asking({ Anna: anna.addresses, Ben: ben.addresses });
    expect(await servingOf(['gina@home.example'], [anna, ben], ask)).toEqual({ name: 'other-address' });
    expect(await servingOf([], [anna, ben], ask)).toEqual({ name: 'other-address' });
  });

  it('says what stands against the one that would serve it', async () => {
    const { ask } = asking({ Anna: 'blocked', Ben: ben.addresses });
    expect(await servingOf(['anna@clinic.example'], [ben, anna], ask)).toEqual({
      name: 'stands',
      kept: anna,
      standing: 'blocked',
    });
  });

  it('says needs re-activation where the mail may have gone to the new Master', async () => {
    const { ask } = asking({ Anna: 'needs-reactivation', Ben: ben.addresses });
    expect(await servingOf(['anna@new.example'], [ben, anna], ask)).toEqual({
      name: 'stands',
      kept: anna,
      standing: 'needs-reactivation',
    });
  });

  it('does not hold another account’s block against a mail', async () => {
    const { ask } = asking({ Anna: 'blocked' });
    expect(await servingOf(['gina@home.example'], [anna], ask)).toEqual({ name: 'other-address' });
  });

  it('goes on to the account that another one was joined to', async () => {
    const { ask } = asking({ Ben: 'unknown', Anna: [...anna.addresses, ...ben.addresses] });
    expect(await servingOf(['ben@lawyers.example'], [ben, anna], ask)).toEqual({ name: 'serves', kept: anna });
  });

  it('knows when nothing is activated', async () => {
    expect(await servingOf(['anna@clinic.example'], [], asking({}).ask)).toEqual({ name: 'nothing' });
  });

  it('fails where the portal cannot be asked', async () => {
    const failing = servingOf(['anna@clinic.example'], [anna], () => Promise.reject(new Error('no answer')));
    await expect(failing).rejects.toThrow('no answer');
  });
});
