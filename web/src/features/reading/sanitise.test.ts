import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { documentOf, sanitise } from './sanitise';

const clean = (html: string) => sanitise(html, new JSDOM('').window);

describe('sanitise', () => {
  it('keeps what a letter is made of', () => {
    const html = '<p>Dear <b>Anna</b></p><ul><li>one</li></ul><blockquote>two</blockquote>';
    expect(clean(html)).toEqual({ html, removed: 0 });
  });

  it('takes out whatever runs', () => {
    for (const html of [
      '<script>alert(1)</script>',
      '<p onclick="alert(1)">x</p>',
      '<a href="javascript:alert(1)">x</a>',
      '<svg><script>alert(1)</script></svg>',
      '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
      '<form action="https://evil.test"><input name="password"></form>',
      '<math><mtext></p><img src=x onerror=alert(1)>',
      '<object data="x"></object><embed src="x"><base href="https://evil.test"><meta http-equiv="refresh" content="0">',
    ]) {
      expect(clean(html).html, html).not.toMatch(/alert|<(?:form|input|iframe|object|embed|base|meta|svg|script)/);
    }
  });

  it('takes out what would be loaded from elsewhere, and says so', () => {
    const result = clean(
      '<img src="https://tracker.test/p.gif"><link rel="stylesheet" href="https://x.test"><p style="background:url(https://t.test)">x</p>',
    );
    expect(result.html).not.toContain('http');
    expect(result.removed).toBe(2);
  });

  it('keeps images that are part of the message', () => {
    const image = '<img src="data:image/png;base64,iVBORw0KGgo=" alt="x">';
    expect(clean(image)).toEqual({ html: image, removed: 0 });
    expect(clean('<img src="data:image/svg+xml;base64,PHN2Zz4=">').removed).toBe(1);
  });

  it('opens links elsewhere and tells nobody where from', () => {
    expect(clean('<a href="https://x.test">x</a>').html).toBe(
      '<a href="https://x.test/" target="_blank" rel="noopener noreferrer nofollow">x</a>',
    );
    expect(clean('<a href="/inbox">x</a>').html).toBe('<a>x</a>');
  });
});

describe('documentOf', () => {
  it('lets the message load nothing but its style sheet', () => {
    const { document } = new JSDOM(documentOf('<p>x</p>', '/assets/letter.css', 'en')).window;
    const policy = document.querySelector('meta[http-equiv]')?.getAttribute('content') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|script-src|connect-src/);
    expect(document.querySelector('body > p')?.textContent).toBe('x');
  });
});
