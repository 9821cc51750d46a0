// Signing in from a new browser while strangers try the address: asking for the link, and the page behind it.
export const deviceLink = {
  'device-link.offer.title': 'Was it not you who tried?',
  'device-link.offer.text':
    'If somebody else tries passwords for your address, you need not wait for them. We can mail you a link. Open it in this browser and press the button there; then you can sign in at once, with your password as always.',
  'device-link.offer.below': 'Or have a link sent to you: it is offered below.',
  'device-link.offer.submit': 'Send me a link to sign in from this browser',
  'device-link.offer.sending': 'Asking for the link…',
  'device-link.offer.slowed': 'Links were asked for too often from your connection. Wait {wait}, then ask again.',
  'device-link.sent.text':
    'If {address} has a Secure Account on this portal, a mail with a link is on its way to it. The link works once, for an hour.',
  'device-link.sent.next':
    'Open the link in this browser. Look into the spam folder, too. If links were asked for often, the mail may take half an hour.',
  'device-link.sent.again': 'Send it again',

  'device-link.title': 'Sign in from this browser',
  'device-link.inspecting': 'Reading the link…',
  'device-link.lead':
    'You want to sign in as {address} from this browser, and not wait while somebody tries passwords.',
  'device-link.does':
    'Press the button, and this browser is known to your account. You sign in with your password next.',
  'device-link.not-here':
    'Not the browser that you want to sign in from? Do not press the button. Copy the link from the mail, and open it there.',
  'device-link.not-you': 'You did not ask for this? Close this page. Nothing has happened.',
  'device-link.submit': 'Go on to sign in from this browser',
  'device-link.busy': 'Making this browser known…',
  'device-link.until': 'The link works until {time}.',
  'device-link.done': 'This browser is known to your account now. Sign in with your password.',
  'device-link.link-unknown.title': 'This link does not work, or not any more',
  'device-link.link-unknown.text':
    'It works once, as long as the address stays with the account, and “This wasn’t me” ends it, too. If you used it in this browser, sign in. If not, look whether the mail program broke the link, or ask for a new one: it is offered where signing in is slowed down.',
  'device-link.link-expired.title': 'This link has expired',
  'device-link.link-expired.text':
    'It works for an hour. Sign in; if that is still slowed down, a new link is offered to you there.',
  'device-link.link-replaced.title': 'A newer mail replaced this link',
  'device-link.link-replaced.text':
    'Open the link in the newest mail. If there is none, try to sign in: a new link is offered where that is slowed down.',
  'device-link.to-sign-in': 'Go to sign-in',
} as const;
