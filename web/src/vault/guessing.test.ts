// What tells which passwords are tried first is as large as the vault: it is loaded where a password is chosen, by the worker
// as it is, with both modules.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { passwordProblem, prepareToChoose } from '../features/registration/registration';
import { t } from '../text';
import { problemText } from '../text/problem-text';
import { vault } from './client';
import type * as Guessing from './module/guessing.js';
import type { FromWorker, ToWorker } from './protocol';

const world = vi.hoisted(() => {
  const world = {
    hear: undefined as ((event: { data: ToWorker }) => void) | undefined,
    worker: undefined as { onmessage?: (event: { data: FromWorker }) => void } | undefined,
    isReached: true,
    loads: 0,
  };
  // The worker is a module beside this one; what it and the page tell each other goes through here.
  vi.stubGlobal('addEventListener', (name: string, listener: typeof world.hear) => {
    if (name === 'message') world.hear = listener;
  });
  vi.stubGlobal('location', { origin: 'https://portal.test' });
  vi.stubGlobal('postMessage', (data: FromWorker) => world.worker?.onmessage?.({ data }));
  vi.stubGlobal(
    'Worker',
    class {
      onmessage?: (event: { data: FromWorker }) => void;
      constructor() {
        world.worker = this;
      }
      postMessage(data: ToWorker) {
        world.hear?.({ data });
      }
    },
  );
  return world;
});

vi.mock('./module/vault_wasm_bg.wasm?url', () => ({
  default: readFileSync(join(import.meta.dirname, 'module/vault_wasm_bg.wasm')),
}));
vi.mock('./module/guessing_bg.wasm?url', () => ({
  default: readFileSync(join(import.meta.dirname, 'module/guessing_bg.wasm')),
}));
vi.mock('./module/guessing.js', async (original) => {
  const module = await original<typeof Guessing>();
  return {
    ...module,
    default: (source: Parameters<typeof module.default>[0]) => {
      world.loads += 1;
      return world.isReached ? module.default(source) : Promise.reject(new TypeError('Failed to fetch'));
    },
  };
});

const ANNA = 'anna@clinic.test';

const problemOf = (password: string) => passwordProblem(password, ANNA, 'Anna Brzkvornagyi');

beforeAll(() => import('./worker'));

beforeEach(() => {
  world.isReached = true;
});

describe('what tells which passwords are tried first', () => {
  it('is not loaded by somebody who signs in', async () => {
    await vault.call('load', []);
    await vault.call('startSignIn', ['seven quiet herons']);
    expect(world.loads).toBe(0);
  });

  it('is asked for again where it did not come, and no password is taken without it', async () => {
    world.isReached = false;
    prepareToChoose();
    await vi.waitFor(() => expect(world.loads).toBe(1));
    const said = await problemOf('seven quiet herons').catch(problemText);
    expect(said).toBe(t('vault.guessing-failed'));
    await expect(vault.call('startRegistration', ['seven quiet herons', []])).rejects.toMatchObject({
      code: 'guessing-failed',
    });
    world.isReached = true;
    expect(await problemOf('seven quiet herons')).toBe('');
    expect(await vault.call('startRegistration', ['seven quiet herons', []])).toHaveLength(32);
  });

  it('is loaded once, and refuses what is tried first in its words', async () => {
    const before = world.loads;
    expect(await problemOf('quiet heron')).toBe(t('vault.password-too-short'));
    expect(await problemOf('password1234')).toBe(t('vault.password-common'));
    expect(await problemOf('Brzkvornagyi1990')).toBe(t('vault.password-personal'));
    for (const password of ['password1234', 'Brzkvornagyi1990']) {
      const started = vault.call('startRegistration', [password, ['Anna Brzkvornagyi']]);
      await expect(started).rejects.toHaveProperty('code', expect.stringMatching(/^password-(?:common|personal)$/));
    }
    expect(world.loads).toBe(before);
  });
});
