// Where one is: the address bar and its history, or, in another program's pane, neither; and the focus that follows.
import { tick } from 'svelte';
import { takesText } from './shortcuts';
import { hasSecret, hrefOf, parseRoute, type Route } from './router';

export type Reachable = Parameters<typeof hrefOf>[0];

/** Where pages are shown within another program, which leaves them no history and has some of them only. */
export interface InMemory {
  /** Whether that page is one of them. */
  holds(route: Reachable): boolean;
  /** Goes to any other. */
  leave(href: string): void;
}

export class Navigation {
  route = $state.raw<Route>({ page: 'home' });
  /** How many pages of this visit lie behind, so that "back" stays within the portal. */
  #depth = 0;
  #inMemory: InMemory | undefined;
  /** The pages that lie behind, where there is no history. */
  #behind: Reachable[] = [];

  start(inMemory?: InMemory): void {
    this.#inMemory = inMemory;
    document.addEventListener('click', (event) => this.#followLink(event));
    if (inMemory) return;
    this.route = parseRoute(location);
    // A link's secret must not stay in the address bar, in the history or in a screenshot.
    if (location.hash) history.replaceState(history.state, '', location.pathname + location.search);
    addEventListener('popstate', () => {
      this.#depth = Math.max(0, this.#depth - 1);
      void this.#show(parseRoute(location));
    });
    addEventListener('hashchange', () => {
      // A second such link opened in the same tab changes the fragment alone.
      const route = parseRoute(location);
      if (!hasSecret(route) || !route.token) return;
      history.replaceState(history.state, '', location.pathname);
      void this.#show(route);
    });
  }

  /** Goes to a page. `replace` leaves the present one out of the history. */
  async go(to: Reachable, options: { replace?: boolean } = {}): Promise<void> {
    const href = hrefOf(to);
    if (this.#inMemory) {
      if (!this.#inMemory.holds(to)) return this.#inMemory.leave(href);
      const before = this.route as Reachable;
      if (!options.replace && hrefOf(before) !== href) this.#behind = [...this.#behind, before];
      return this.#show(to);
    }
    if (options.replace) history.replaceState(null, '', href);
    else if (href !== location.pathname + location.search) {
      history.pushState(null, '', href);
      this.#depth += 1;
    }
    await this.#show(to);
  }

  /** One page back if it was ours, else to `otherwise`. */
  back(otherwise: Reachable): void {
    const before = this.#behind.at(-1);
    if (before) {
      this.#behind = this.#behind.slice(0, -1);
      void this.#show(before);
    } else if (this.#depth > 0) history.back();
    else void this.go(otherwise, { replace: true });
  }

  /** Begins again at the first page, where there is no history: nothing lies behind any more. */
  beginAgain(): void {
    this.#behind = [];
    if (this.route.page !== 'home') void this.#show({ page: 'home' });
  }

  async #show(route: Route): Promise<void> {
    this.route = route;
    await tick();
    focusPage();
  }

  #followLink(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname) return;
    const route = parseRoute(link);
    if (route.page === 'not-found' || hasSecret(route)) return;
    event.preventDefault();
    void this.go(route);
  }
}

/** Moves the focus to the heading of what was just shown, unless it has taken the focus itself. */
export function focusPage(): void {
  const target = document.querySelector<HTMLElement>('[data-page-focus]');
  const focus = document.activeElement;
  if (!target || target.contains(focus) || takesText(focus)) return;
  target.focus({ preventScroll: true });
}

export const navigation = new Navigation();
