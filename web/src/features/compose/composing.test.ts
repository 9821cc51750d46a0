import { beforeEach, describe, expect, it, vi } from 'vitest';
import { t } from '../../text';
import { Composing } from './composing.svelte';
import { draft } from './draft.svelte';
import { acceptKeys } from './send-parts';

vi.hoisted(() => vi.stubGlobal('addEventListener', () => undefined));
vi.mock('./send-parts', () => ({ sendParts: vi.fn(), acceptKeys: vi.fn(), firstContactsOf: vi.fn() }));

beforeEach(() => {
  draft.clear();
  draft.to = [{ address: 'ben@lawyers.example' }];
  draft.subject = 'The contract';
});

describe('Composing', () => {
  it.each(['send', 'sendWithoutSubject', 'acceptKeys'] as const)(
    'sends nothing and remembers nothing by %s where the draft is no more what was to be sent',
    async (how) => {
      const sent = vi.fn();
      const composing = new Composing(sent, () => false);
      composing.asking = how === 'acceptKeys' ? 'keys' : undefined;
      await composing[how]();
      expect(composing.problem).toBe(t('compose.other-sender'));
      expect([composing.step, composing.asking]).toEqual([undefined, undefined]);
      expect(sent).not.toHaveBeenCalled();
      expect(acceptKeys).not.toHaveBeenCalled();
    },
  );
});
