// A message's HTML is somebody else's. It is sanitised, may load nothing, and is shown in a sandbox without scripts.
import createDOMPurify, { type Config, type WindowLike } from 'dompurify';
import { inertPolicy } from './inert';
import { safeHref } from './linkify';

const RULES: Config = {
  WHOLE_DOCUMENT: false,
  ALLOWED_TAGS: [
    ...[
      'a',
      'abbr',
      'b',
      'big',
      'blockquote',
      'br',
      'caption',
      'center',
      'cite',
      'code',
      'col',
      'colgroup',
      'dd',
      'del',
    ],
    ...[
      'div',
      'dl',
      'dt',
      'em',
      'h1',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'hr',
      'i',
      'img',
      'ins',
      'kbd',
      'li',
      'mark',
      'ol',
    ],
    ...[
      'p',
      'pre',
      'q',
      's',
      'samp',
      'small',
      'span',
      'strike',
      'strong',
      'sub',
      'sup',
      'table',
      'tbody',
      'td',
      'tfoot',
    ],
    ...['th', 'thead', 'tr', 'tt', 'u', 'ul', 'wbr'],
  ],
  ALLOWED_ATTR: [
    ...[
      'href',
      'src',
      'alt',
      'title',
      'width',
      'height',
      'align',
      'valign',
      'dir',
      'lang',
      'start',
      'reversed',
      'type',
    ],
    ...['colspan', 'rowspan', 'scope', 'headers', 'cite', 'datetime'],
  ],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // Without it each sanitiser would make a policy of its own, and a page's policies are named.
  ...(inertPolicy && { TRUSTED_TYPES_POLICY: inertPolicy }),
};

export interface Sanitised {
  html: string;
  /** How many things that would have been loaded from elsewhere were taken out. */
  removed: number;
}

const IMAGE = /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp);base64,[a-z0-9+/=\s]+$/i;

export function sanitise(html: string, window: WindowLike): Sanitised {
  const purify = createDOMPurify(window);
  let removed = 0;
  purify.addHook('uponSanitizeElement', (node, { tagName }) => {
    if (tagName === 'link' || tagName === 'iframe' || tagName === 'video' || tagName === 'audio') removed += 1;
    if (tagName !== 'img') return;
    const image = node as Element;
    if (IMAGE.test(image.getAttribute('src') ?? '')) return;
    removed += 1;
    image.remove();
  });
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (!node.hasAttribute('href')) return;
    const href = safeHref(node.getAttribute('href') ?? '');
    if (!href) return node.removeAttribute('href');
    node.setAttribute('href', href);
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow');
  });
  return { html: purify.sanitize(html, RULES), removed };
}

/** The document that the sandbox shows. Its own policy lets it load nothing but its one style sheet and inline images. */
export function documentOf(html: string, stylesheet: string, language: string): string {
  const policy = "default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; base-uri 'none'";
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">` +
    `<link rel="stylesheet" href="${stylesheet}"></head><body>${html}</body></html>`
  );
}
