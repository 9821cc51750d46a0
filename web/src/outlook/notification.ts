// What a mail of the portal leads to. Only a link to this very portal counts: what a mail says of itself proves nothing.
import { parseRoute } from '../shell/router';

export type Found =
  | { kind: 'notification'; delivery: string }
  /** It was written to somebody who has no account yet. */
  | { kind: 'invitation'; href: string }
  /** A confirmation message or a security notice, which are for the browser. */
  | { kind: 'other'; href: string };

const LINK = /https?:\/\/[^\s<>"'()[\]{}\u00ab\u00bb\u201c\u201d]+/gi;

/** Where Exchange rewrites links, what a link led to stands in it. */
const REWRITTEN = /(?:^|\.)safelinks\.protection\.(?:outlook\.com|office365\.us)$/;

/** The first link of this portal's that leads anywhere; one to a message comes before all others. */
export function findLink(text: string, origin: string): Found | undefined {
  const found = [...text.matchAll(LINK)].flatMap(([link]) => {
    const url = parsed(link.replace(/[.,;:!?…]+$/, ''));
    const goal = url && REWRITTEN.test(url.hostname) ? parsed(url.searchParams.get('url') ?? '') : url;
    return goal ? foundAt(goal, origin) : [];
  });
  return found.find(({ kind }) => kind === 'notification') ?? found[0];
}

function foundAt(url: URL, origin: string): Found[] {
  // A name before the host makes any host look like ours.
  if (url.origin !== origin || url.username || url.password) return [];
  const route = parseRoute(url);
  switch (route.page) {
    case 'folder':
      return route.folder === 'inbox' && route.delivery ? [{ kind: 'notification', delivery: route.delivery }] : [];
    case 'register':
      return route.token ? [{ kind: 'invitation', href: url.href }] : [];
    case 'confirm':
    case 'alarm':
      return route.token ? [{ kind: 'other', href: url.href }] : [];
    default:
      return [];
  }
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
