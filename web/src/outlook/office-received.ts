// A mail that is being read in Outlook.
import type { Received } from './host';
import { called, need } from './office-call';

export function received(item: Office.MessageRead): Received {
  return {
    kind: 'received',
    to: item.to.map(({ emailAddress }) => emailAddress),
    async text() {
      need('1.3');
      return called<string>((done) => item.body.getAsync(Office.CoercionType.Text, done));
    },
  };
}
