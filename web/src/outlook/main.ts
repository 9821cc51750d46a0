import { mount } from 'svelte';
import '../style/tokens.css';
import '../style/base.css';
import '../style/controls.css';
import { carryByBearer } from '../api/carrier';
import { navigation } from '../shell/navigation.svelte';
import { Accounts } from './accounts.svelte';
import { Shelf } from './activations';
import { host } from './office';
import { origin } from './pane';
import Pane from './Pane.svelte';
import { Place } from './place.svelte';
import { storageHere } from './storage';

const target = document.getElementById('app');
if (target) void begin(target);

async function begin(target: HTMLElement): Promise<void> {
  const { inOutlook, device } = await host.ready();
  // Outlook on the web shows the pane in a frame of another site, where the portal's cookies do not reach.
  carryByBearer();
  navigation.start({
    // What one can get to by links within messages and forms. Everything else is for the Secure Webmail.
    holds: ({ page }) => page === 'home' || page === 'compose' || page === 'folder',
    leave: (href) => host.openInBrowser(origin + href),
  });
  const place = new Place(location.search);
  host.whenItemChanges(() => (place.items += 1));
  const { storage, lasts } = storageHere();
  const accounts = new Accounts(new Shelf((name) => host.storageKey(name), origin, storage, lasts));
  mount(Pane, { target, props: { pane: { host, device, place, accounts }, inOutlook } });
}
