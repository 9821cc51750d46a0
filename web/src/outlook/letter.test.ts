// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { leftElsewhere, letterText } from './letter';

describe('letterText', () => {
  it('takes formatting over', () => {
    const { text, html } = letterText({ text: 'Dear Ben\r\n', html: '<div>Dear <b>Ben</b></div>' }, window);
    expect(text).toBe('Dear Ben');
    expect(html).toContain('<b>Ben</b>');
  });

  it('is the text alone where there is no formatting', () => {
    const html =
      '<html><head><style>p {color: red}</style></head><body><div class="x"><p>Dear Ben</p></div></body></html>';
    expect(letterText({ text: 'Dear Ben', html }, window).html).toBeUndefined();
  });

  it('takes nothing along that would be loaded from elsewhere, and no image from the text', () => {
    const html = '<p><b>Look</b> <img src="cid:1"><img src="https://spy.example/x.png"><script>x()</script></p>';
    const { html: taken = '', removed } = letterText({ text: 'Look', html }, window);
    expect(removed).toBe(2);
    expect(taken).toContain('<b>Look</b>');
    expect(taken).not.toMatch(/img|script|spy/);
  });
});

describe('leftElsewhere', () => {
  const file = (inline: boolean) => ({ id: '1', name: 'a.png', size: 1, inline, kind: 'file' as const });

  it('counts what is not among the files', () => {
    expect(leftElsewhere(2, [])).toBe(2);
    expect(leftElsewhere(2, [file(true), file(false)])).toBe(1);
    expect(leftElsewhere(1, [file(true), file(true)])).toBe(0);
  });
});
