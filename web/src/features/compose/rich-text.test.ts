import { describe, expect, it } from 'vitest';
import { fromText, hasFormatting, toText, type Node } from './rich-text';

const paragraph = (...content: Node[]): Node => ({ type: 'paragraph', content });
const text = (words: string, ...marks: NonNullable<Node['marks']>): Node => ({ type: 'text', text: words, marks });

describe('rich text', () => {
  it('comes back as it was typed', () => {
    for (const typed of ['', 'One', 'One\ntwo', 'One\n\nTwo', '\n\nOn Monday:\n> Yes\n>\n> No\n>> Why?\n> End']) {
      expect(toText(fromText(typed))).toBe(typed.replace(/\n+$/, ''));
    }
  });

  it('keeps lists, quotations and links readable', () => {
    const item = (words: string): Node => ({ type: 'listItem', content: [paragraph(text(words))] });
    const link = { type: 'link', attrs: { href: 'https://x.test/' } };
    const document: Node = {
      type: 'doc',
      content: [
        paragraph(text('See '), text('here', link)),
        { type: 'bulletList', content: [item('one'), item('two')] },
        { type: 'orderedList', attrs: { start: 3 }, content: [item('three')] },
        { type: 'blockquote', content: [paragraph(text('four'))] },
      ],
    };
    expect(toText(document)).toBe('See here <https://x.test/>\n- one\n- two\n3. three\n> four');
  });

  it('is sent as HTML only where it says more than the text', () => {
    expect(hasFormatting(fromText('One\n> two'))).toBe(false);
    expect(hasFormatting(paragraph(text('bold', { type: 'bold' })))).toBe(true);
    expect(hasFormatting({ type: 'doc', content: [{ type: 'bulletList' }] })).toBe(true);
  });
});
