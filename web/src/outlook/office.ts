// The pane's host is Outlook: only this file and those named after it touch the global `Office`.
//
// Office takes `pushState` and `replaceState` away from the page's history, which the pane therefore never uses.
import { t } from '../text';
import type { Host } from './host';
import { context, has } from './office-call';
import { received } from './office-received';
import { written } from './office-written';

export type { Attached, Host, Leaves, Person, Received, Written } from './host';
export { OfficeError, type OfficeErrorCode } from './office-call';
export { LeaveError, type Still } from './office-leave';

export const host: Host = {
  async ready() {
    // Where the script did not come, nobody is there to be asked.
    if (typeof Office === 'undefined') return { inOutlook: false, device: '' };
    const { host } = await Office.onReady();
    return host === Office.HostType.Outlook ? { inOutlook: true, device: device() } : { inOutlook: false, device: '' };
  },

  item() {
    const item = context().mailbox?.item;
    if (!item || item.itemType !== Office.MailboxEnums.ItemType.Message) return undefined;
    // What can be read is there at once; what is being written has to be asked for.
    return typeof (item as { subject: unknown }).subject === 'string'
      ? received(item as unknown as Office.MessageRead)
      : written(item as unknown as Office.MessageCompose);
  },

  whenItemChanges(listener) {
    if (has('Mailbox', '1.5')) Office.context.mailbox.addHandlerAsync(Office.EventType.ItemChanged, () => listener());
  },

  userAddress() {
    return context().mailbox?.userProfile.emailAddress || undefined;
  },

  storageKey(name) {
    const { partitionKey } = context();
    return partitionKey ? `${partitionKey}:${name}` : name;
  },

  openInBrowser(url) {
    // Where Outlook is a page itself, it lacks this call, and a window opens as from any page.
    if (has('OpenBrowserWindowApi', '1.1')) Office.context.ui.openBrowserWindow(url);
    else window.open(url, '_blank', 'noopener,noreferrer');
  },
};

/** The program's name. New Outlook for Windows is Outlook on the web to most of Office. */
function device(): string {
  if (Office.context.mailbox.diagnostics.hostName === 'newOutlookWindows') return t('outlook.device.new-windows');
  const { PC, Universal, OfficeOnline, Mac, iOS, Android } = Office.PlatformType;
  switch (Office.context.diagnostics.platform) {
    case PC:
    case Universal:
      return t('outlook.device.windows');
    case OfficeOnline:
      return t('outlook.device.web');
    case Mac:
      return t('outlook.device.mac');
    case iOS:
      return t('outlook.device.ios');
    case Android:
      return t('outlook.device.android');
    default:
      return t('outlook.device.other');
  }
}
