import { describe, expect, it } from 'vitest';
import { countRefused, isOlder, parseVersion, versionProblem } from './programs';

const versions = (text: string) => text.split(' ').map((each) => parseVersion(each) ?? []);

describe('versions', () => {
  it('are compared by their numbers, as the portal compares them', () => {
    for (const pair of ['1.9.9 1.10.0', '1.99.99 2.0.0', '0.1.0 0.1.1']) {
      const [older = [], newer = []] = versions(pair);
      expect(isOlder(older, newer), pair).toBe(true);
      expect(isOlder(newer, older), pair).toBe(false);
      expect(isOlder(older, older), pair).toBe(false);
    }
  });

  it('are three numbers in one spelling', () => {
    expect(parseVersion('0.10.4294967295')).toEqual([0, 10, 4294967295]);
    for (const bad of ['', '1', '1.2', '1.2.3.4', '1.2.x', '01.2.3', '+1.2.3', '1..3', '1.2.4294967296', ' 1.2.3']) {
      expect(parseVersion(bad), bad).toBeUndefined();
    }
  });
});

describe('the least version', () => {
  const used = {
    versions: [
      { version: '1.10.0', activations: 4, last_used_at: 0 },
      { version: '1.9.0', activations: 2, last_used_at: 0 },
      { version: '0.9.0', activations: 1, last_used_at: 0 },
    ],
  };

  it('shuts out those that were last used in an older one', () => {
    expect(countRefused(used, '1.10.0')).toBe(3);
    expect(countRefused(used, '1.9.0')).toBe(1);
    expect(countRefused(used, '0.0.0')).toBe(0);
  });

  it('shuts out nobody while it is being typed, or where there is none', () => {
    for (const typed of ['', '1.', '1.10', 'any']) expect(countRefused(used, typed)).toBe(0);
  });

  it('may be left empty, and must else be a version', () => {
    expect(versionProblem('')).toBe('');
    expect(versionProblem('1.2.0')).toBe('');
    expect(versionProblem('1.2')).toMatch(/“1\.2” is not a version/);
  });
});
