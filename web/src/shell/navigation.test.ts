// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Navigation } from './navigation.svelte';

const id = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

/** A page within another program, which has taken the history away as Outlook does. */
function within() {
  const navigation = new Navigation();
  const leave = vi.fn<(href: string) => void>();
  for (const name of ['pushState', 'replaceState'] as const) Object.assign(history, { [name]: null });
  navigation.start({ holds: ({ page }) => ['home', 'compose', 'folder'].includes(page), leave });
  return { navigation, leave };
}

function click(href: string, target = '') {
  const link = document.createElement('a');
  Object.assign(link, { href, target });
  document.body.replaceChildren(link);
  const event = new MouseEvent('click', { bubbles: true, cancelable: true });
  link.dispatchEvent(event);
  return event.defaultPrevented;
}

describe('navigation without a history', () => {
  /** Each listens to the document; what a test has made must not follow what is clicked in the next. */
  const listeners: EventListener[] = [];

  beforeEach(() => {
    vi.restoreAllMocks();
    for (const listener of listeners.splice(0)) document.removeEventListener('click', listener);
    const listen = document.addEventListener.bind(document);
    vi.spyOn(document, 'addEventListener').mockImplementation((type: string, listener: unknown) => {
      if (type === 'click') listeners.push(listener as EventListener);
      listen(type, listener as EventListener);
    });
  });

  it('begins at the first page, whatever the address is, and goes on from there and back', async () => {
    const { navigation } = within();
    expect(navigation.route).toEqual({ page: 'home' });
    await navigation.go({ page: 'folder', folder: 'inbox', delivery: id });
    await navigation.go({ page: 'compose', answering: { how: 'reply', delivery: id } });
    await navigation.go({ page: 'folder', folder: 'inbox', delivery: id }, { replace: true });
    navigation.back({ page: 'home' });
    expect(navigation.route).toEqual({ page: 'folder', folder: 'inbox', delivery: id });
    navigation.back({ page: 'home' });
    expect(navigation.route).toEqual({ page: 'home' });
    navigation.back({ page: 'folder', folder: 'sent' });
    expect(navigation.route).toEqual({ page: 'folder', folder: 'sent' });
  });

  it('follows links to what it holds, and hands others on', () => {
    const { navigation, leave } = within();
    expect(click(`/compose?reply=${id}`)).toBe(true);
    expect(navigation.route).toEqual({ page: 'compose', answering: { how: 'reply', delivery: id } });
    expect(click('/aliases')).toBe(true);
    expect(leave).toHaveBeenCalledWith('/aliases');
    expect(navigation.route.page).toBe('compose');
  });

  it('leaves links alone that open elsewhere by themselves', () => {
    const { navigation, leave } = within();
    expect(click('/aliases', '_blank')).toBe(false);
    expect(leave).not.toHaveBeenCalled();
    expect(navigation.route).toEqual({ page: 'home' });
  });

  it('begins again', async () => {
    const { navigation } = within();
    await navigation.go({ page: 'compose' });
    navigation.beginAgain();
    expect(navigation.route).toEqual({ page: 'home' });
    navigation.back({ page: 'folder', folder: 'inbox' });
    expect(navigation.route).toEqual({ page: 'folder', folder: 'inbox' });
  });
});
