import { describe, expect, it } from 'vitest';
import { linkify, quotedBlocks, safeHref } from './linkify';

const links = (text: string) => linkify(text).flatMap(({ text: shown, href }) => (href ? [[shown, href]] : []));

describe('linkify', () => {
  it('finds links and leaves the sentence its punctuation', () => {
    expect(links('See https://x.test/a(b), or www.y.test.')).toEqual([
      ['https://x.test/a(b)', 'https://x.test/a(b)'],
      ['www.y.test', 'https://www.y.test/'],
    ]);
    expect(links('(https://x.test/a)')).toEqual([['https://x.test/a', 'https://x.test/a']]);
  });

  it('makes no link of what could run', () => {
    expect(links('javascript:alert(1) data:text/html,x file:///etc/passwd')).toEqual([]);
    expect(safeHref('JaVaScRiPt:alert(1)')).toBeUndefined();
  });

  it('loses nothing of the text', () => {
    const text = 'a https://x.test b\nmailto:c@x.test.';
    expect(
      linkify(text)
        .map((segment) => segment.text)
        .join(''),
    ).toBe(text);
  });
});

describe('quotedBlocks', () => {
  it('parts a text by the depth of its quotations', () => {
    expect(quotedBlocks('Yes.\r\n> No?\n> > Why?\n>> Because.\nEnd')).toEqual([
      { depth: 0, text: 'Yes.' },
      { depth: 1, text: 'No?' },
      { depth: 2, text: 'Why?\nBecause.' },
      { depth: 0, text: 'End' },
    ]);
  });
});
