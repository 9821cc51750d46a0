import { describe, expect, it } from 'vitest';
import { toBase64 } from '../../api/bytes';
import { Refused, isRefused, problemFrom } from '../../api/problem';
import type { ConfirmBy, ProvedOwner } from '../../api/types';
import { VaultError, isVaultError } from '../../vault/client';
import type { Sight } from '../../vault/protocol';
import { WrongCharacters, handOver, steps, type HandOver, type Parts, type Step, type WrongKey } from './hand-over';

const CLAIM = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c';
const CERTIFICATE = new Uint8Array([7]);
const what: HandOver = {
  address: 'ben@lawyers.example',
  claimant: 'anna@clinic.example',
  shownFingerprint: 'aa',
  ownFingerprint: undefined,
  characters: '7K3M Q2ZD 9XVT',
  how: 'absorb',
};

interface Given {
  addresses?: string[];
  sight?: Sight;
  conflicts?: number;
}

function partsWith({ addresses = ['anna@clinic.example'], sight = { sight: 'first' }, conflicts = 0 }: Given = {}) {
  const calls: string[] = [];
  const confirmed: ConfirmBy[] = [];
  let version = 3;
  const parts: Parts = {
    areCharacters: (address, fingerprint, typed) => {
      expect([address, fingerprint]).toEqual([what.address, what.shownFingerprint]);
      return Promise.resolve(typed === what.characters);
    },
    prove: () => {
      calls.push('prove');
      version += 1;
      const proved = {
        proof: 'cHJvb2Y=',
        claim: CLAIM,
        account: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
        addresses: [
          { address: 'Ben@Lawyers.example', master: true, confirmed_at: 0 },
          { address: 'b@old.example', master: false, confirmed_at: 0 },
        ],
        vault: { version, sealed: '', slots: [], written: { at: 0, in_person: true } },
        claimant_certificate: toBase64(CERTIFICATE),
      } satisfies ProvedOwner;
      return Promise.resolve(proved);
    },
    open: () => Promise.resolve(void calls.push('open')),
    addressesIn: () => Promise.resolve({ fingerprint: 'aa', addresses }),
    seen: () => Promise.resolve(sight),
    keyring: (certificate, claim, of) => {
      expect(claim).toBe(CLAIM);
      expect(certificate).toEqual(CERTIFICATE);
      calls.push('keyring');
      return Promise.resolve({
        parcel: new Uint8Array([1]),
        successions: of.map((address) => ({ address, statement: new Uint8Array([2]) })),
      });
    },
    succession: (_, address) => {
      calls.push('succession');
      return Promise.resolve({ address, statement: new Uint8Array([2]) });
    },
    confirm: (by) => {
      confirmed.push(by);
      if (confirmed.length <= conflicts) {
        return Promise.reject(new Refused(problemFrom(412, { type: 'version-conflict' })));
      }
      return Promise.resolve({ address: what.address, claimant: { name: 'Anna', address: what.claimant } });
    },
    look: () => Promise.resolve(void calls.push('look')),
    close: () => Promise.resolve(void calls.push('close')),
  };
  return { parts, calls, confirmed };
}

const run = (given: Given = {}, more: Partial<HandOver> = {}) => {
  const made = partsWith(given);
  const seen: Step[] = [];
  const done = handOver(made.parts, { ...what, ...more }, (step) => seen.push(step));
  return { ...made, seen, done };
};

async function stopOf(done: Promise<unknown>): Promise<WrongKey> {
  return done.then(
    () => expect.fail('it went on'),
    (error: unknown) => error as WrongKey,
  );
}

describe('handOver', () => {
  it('hands the whole account over, with a statement for each of its addresses', async () => {
    const { done, confirmed, calls, seen } = run();
    expect((await done).fingerprint).toBe('aa');
    expect(confirmed).toEqual([
      {
        kind: 'absorb',
        proof: 'cHJvb2Y=',
        vault_version: 4,
        parcel: 'AQ==',
        successions: [
          { address: 'Ben@Lawyers.example', statement: 'Ag==' },
          { address: 'b@old.example', statement: 'Ag==' },
        ],
      },
    ]);
    expect(calls).toEqual(['prove', 'open', 'keyring', 'close']);
    expect(seen).toEqual(steps);
  });

  it('gives nobody the password where the characters are those of another key', async () => {
    for (const how of ['absorb', 'move'] as const) {
      const { done, calls, confirmed } = run({}, { how, characters: '7K3M Q2ZD 9XVV' });
      await expect(done).rejects.toBeInstanceOf(WrongCharacters);
      expect(calls).toEqual(['close']);
      expect(confirmed).toEqual([]);
    }
  });

  it('asks for no characters where the claimant is signed in here, whose own key it is', async () => {
    await run({}, { ownFingerprint: 'aa', characters: '' }).done;
    const { done, calls } = run({}, { ownFingerprint: 'bb', characters: '' });
    expect(await stopOf(done)).toMatchObject({ why: 'own' });
    expect(calls).toEqual(['prove', 'open', 'close']);
  });

  it('moves one address without any key, as the account has it typed', async () => {
    const { done, confirmed, calls } = run({}, { how: 'move' });
    await done;
    expect(confirmed).toEqual([
      { kind: 'move', proof: 'cHJvb2Y=', succession: { address: 'Ben@Lawyers.example', statement: 'Ag==' } },
    ]);
    expect(calls).toEqual(['prove', 'open', 'succession', 'close']);
  });

  it('seals to the key alone where it names no address yet', async () => {
    await expect(run({ addresses: [] }).done).resolves.toMatchObject({ fingerprint: 'aa' });
  });

  it('stops before anything is sealed where the key is not the expected one', async () => {
    const cases: [Given, Partial<HandOver>, Partial<WrongKey>][] = [
      [{ addresses: ['eve@evil.example'] }, {}, { why: 'named', fingerprint: 'aa' }],
      [{ addresses: ['anna@clinic.example', 'eve@evil.example'] }, {}, { why: 'named', fingerprint: 'aa' }],
      [{}, { ownFingerprint: 'bb' }, { why: 'own', fingerprint: 'aa', expected: 'bb' }],
      [{ sight: { sight: 'changed', before: 'cc' } }, {}, { why: 'changed', fingerprint: 'aa', expected: 'cc' }],
    ];
    for (const how of ['absorb', 'move'] as const) {
      for (const [given, more, expected] of cases) {
        const { done, calls, confirmed } = run(given, { ...more, how });
        expect(await stopOf(done)).toMatchObject(expected);
        expect(calls).toEqual(['prove', 'open', 'close']);
        expect(confirmed).toEqual([]);
      }
    }
  });

  it('goes on where the key is the own one, the known one or its successor', async () => {
    await run({}, { ownFingerprint: 'aa' }).done;
    await run({ sight: { sight: 'same' } }).done;
    await run({ sight: { sight: 'succeeded', before: 'cc' } }).done;
  });

  it('does all of it once more where the vault was stored meanwhile, and no more than once', async () => {
    const { done, confirmed, calls } = run({ conflicts: 1 });
    await done;
    expect(confirmed.map((by) => by.kind === 'absorb' && by.vault_version)).toEqual([4, 5]);
    expect(calls.filter((call) => call === 'close')).toHaveLength(2);

    await expect(run({ conflicts: 2 }).done).rejects.toSatisfy((error: Refused) => error.is('version-conflict'));
  });

  it('wipes the opened vault whatever happened', async () => {
    const { parts, calls } = partsWith();
    parts.prove = () => Promise.reject(new Refused(problemFrom(401, { type: 'wrong-credentials' })));
    await expect(handOver(parts, what, () => undefined)).rejects.toThrow();
    expect(calls).toEqual(['close', 'look']);
  });

  it('says that the request was confirmed where the password is wrong because it was', async () => {
    const { parts, calls } = partsWith();
    parts.prove = () => Promise.reject(new VaultError('wrong-password', ''));
    await expect(handOver(parts, what, () => undefined)).rejects.toSatisfy((error) =>
      isVaultError(error, 'wrong-password'),
    );
    expect(calls).toEqual(['close', 'look']);
    parts.look = () => Promise.reject(new Refused(problemFrom(409, { type: 'claim-confirmed' })));
    await expect(handOver(parts, what, () => undefined)).rejects.toSatisfy((error) =>
      isRefused(error, 'claim-confirmed'),
    );
  });
});
