// The pages and their paths. Pure: what the address bar does is in navigation.svelte.ts.
import type { Folder } from '../api/types';

export type Answering = 'reply' | 'reply-all' | 'forward';

export type Route =
  | { page: 'home' }
  | { page: 'sign-in' }
  | { page: 'separate'; address?: string }
  | { page: WithSecret; token: string }
  | { page: 'folder'; folder: Folder; delivery?: string }
  | { page: 'compose'; answering?: { how: Answering; delivery: string } }
  | { page: 'account' }
  | { page: 'aliases' }
  | { page: 'activations' }
  | { page: 'keyrings' }
  | { page: 'admin'; account?: string; programs?: true }
  | { page: 'outlook' }
  | { page: 'not-found' };

/** Pages behind links of basic mails and of other programs, whose fragment holds a secret. */
export type WithSecret = (typeof withSecret)[number];

const withSecret = ['register', 'confirm', 'alarm', 'device', 'hand-over'] as const;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const answerings: readonly Answering[] = ['reply', 'reply-all', 'forward'];

export function parseRoute(location: { pathname: string; search: string; hash: string }): Route {
  const [first = '', second, third, ...rest] = location.pathname.replace(/^\/|\/$/g, '').split('/');
  if (rest.length > 0) return { page: 'not-found' };
  if (first === 'admin' && second === 'accounts') {
    return third && ID.test(third) ? { page: 'admin', account: third } : { page: 'not-found' };
  }
  if (third !== undefined) return { page: 'not-found' };
  if (first === 'inbox' || first === 'sent') {
    if (second === undefined) return { page: 'folder', folder: first };
    return ID.test(second) ? { page: 'folder', folder: first, delivery: second } : { page: 'not-found' };
  }
  if (first === 'admin' && second === 'programs') return { page: 'admin', programs: true };
  if (second !== undefined) return { page: 'not-found' };
  switch (first) {
    case '':
      return { page: 'home' };
    case 'sign-in':
    case 'account':
    case 'aliases':
    case 'activations':
    case 'keyrings':
    case 'admin':
    case 'outlook':
      return { page: first };
    case 'register':
    case 'confirm':
    case 'alarm':
    case 'device':
    case 'hand-over':
      return { page: first, token: location.hash.replace(/^#/, '') };
    case 'separate': {
      // In the fragment: it goes to no server, and into no log.
      const address = decoded(location.hash.replace(/^#/, ''));
      return address ? { page: 'separate', address } : { page: 'separate' };
    }
    case 'compose':
      return parseCompose(new URLSearchParams(location.search));
    default:
      return { page: 'not-found' };
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function parseCompose(search: URLSearchParams): Route {
  for (const how of answerings) {
    const delivery = search.get(how);
    if (delivery && ID.test(delivery)) return { page: 'compose', answering: { how, delivery } };
  }
  return { page: 'compose' };
}

export function hrefOf(route: Exclude<Route, { page: 'not-found' } | { page: WithSecret }>): string {
  switch (route.page) {
    case 'home':
      return '/';
    case 'folder':
      return route.delivery ? `/${route.folder}/${route.delivery}` : `/${route.folder}`;
    case 'compose':
      return route.answering ? `/compose?${route.answering.how}=${route.answering.delivery}` : '/compose';
    case 'separate':
      return route.address ? `/separate#${encodeURIComponent(route.address)}` : '/separate';
    case 'admin':
      if (route.programs) return '/admin/programs';
      return route.account ? `/admin/accounts/${route.account}` : '/admin';
    default:
      return `/${route.page}`;
  }
}

/** Whether a page can be seen without a session. */
export function isOpenToAll(route: Route): boolean {
  return ['sign-in', 'outlook', 'separate'].includes(route.page) || hasSecret(route);
}

/** Whether the page's link carries a secret. */
export function hasSecret(route: Route): route is { page: WithSecret; token: string } {
  return withSecret.some((page) => page === route.page);
}
