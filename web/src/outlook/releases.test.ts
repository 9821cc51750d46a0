import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareVersions, fetchReleases, manifestChange, news, type Release } from './releases';
import { version } from './version';

const release = (version: string): Release => ({ version, date: '2026-11-25', notes: [`what came with ${version}`] });
const releases = ['1.10.0', '1.9.0', '1.2.0'].map(release);

describe('compareVersions', () => {
  it('compares by the numbers', () => {
    expect(compareVersions('1.10.0', '1.9.9')).toBeGreaterThan(0);
    expect(compareVersions('1.99.99', '2.0.0')).toBeLessThan(0);
    expect(compareVersions('0.1.0', '0.1.0')).toBe(0);
  });
});

describe('news', () => {
  const versions = (running: string, newest: string) => news(releases, running, newest).map(({ version }) => version);

  it('is all that came since', () => {
    expect(versions('1.2.0', '1.10.0')).toEqual(['1.10.0', '1.9.0']);
    expect(versions('1.2.0', '1.9.0')).toEqual(['1.9.0']);
  });

  it('is what the newest brought, for whoever has it', () => {
    expect(versions('1.10.0', '1.10.0')).toEqual(['1.10.0']);
    expect(versions('3.0.0', '1.10.0')).toEqual([]);
  });
});

describe('fetchReleases', () => {
  const answering = (answer: Response) => fetchReleases(() => Promise.resolve(answer));

  it('takes what is a release', async () => {
    expect(await answering(new Response(JSON.stringify([release('1.2.0'), { version: 1 }])))).toEqual([
      release('1.2.0'),
    ]);
  });

  it('does without where there is none', async () => {
    expect(await answering(new Response('<html>', { status: 200 }))).toEqual([]);
    expect(await answering(new Response('', { status: 404 }))).toEqual([]);
    expect(await fetchReleases(() => Promise.reject(new Error('no answer')))).toEqual([]);
  });

  it('finds the version that runs among those that are served', () => {
    const path = join(import.meta.dirname, '../../public/outlook/releases.json');
    const served = JSON.parse(readFileSync(path, 'utf8')) as Release[];
    expect(served[0]?.version).toBe(version);
    expect([...served].sort((a, b) => compareVersions(b.version, a.version))).toEqual(served);
  });
});

describe('manifestChange', () => {
  it('tells whether another manifest is installed than the portal has', () => {
    expect(manifestChange('1.0.0', '1.0.0')).toBeUndefined();
    expect(manifestChange('1.0.0', '1.1.0')).toBe('older');
    expect(manifestChange('1.2.0', '1.1.0')).toBe('newer');
    expect(manifestChange(undefined, '1.1.0')).toBeUndefined();
    expect(manifestChange('x', '1.1.0')).toBeUndefined();
  });
});
