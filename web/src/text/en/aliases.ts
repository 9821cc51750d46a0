// Alias Management: the labels are those of the help page.
export const aliases = {
  'aliases.title': 'Alias Management',
  'aliases.lead': 'All addresses listed here lead to this Secure Account, whichever of them somebody writes to.',
  'aliases.guest':
    'Email Aliases are for Professionals. A Guest keeps the one address that was invited. Ask the administrator of this portal.',
  'aliases.add': 'Add an Email Alias',
  'aliases.caution':
    'Add only an address that you own and will keep. Secure messages to it will come to this account, and you can sign in with it.',
  'aliases.caution-absorb':
    'If the address has a Secure Account already, that account joins this one, with its messages, keys and other addresses. Its password is asked for.',
  'aliases.understood': 'I understand and want to add an Email Alias',
  'aliases.address': 'New Email Address',
  'aliases.address-hint': 'As provided by your organization. A confirmation message will be sent to it.',
  'aliases.submit': 'Add Email Alias',
  'aliases.need-address': 'Enter the new email address.',
  'aliases.yours': 'This address is yours already. It is in the list below.',
  'aliases.pending-limit': {
    one: 'More than {n} address cannot be pending at once. Cancel one below, or confirm it.',
    other: 'More than {n} addresses cannot be pending at once. Cancel one below, or confirm it.',
  },
  'aliases.slowed': 'Too many confirmation messages or requests in a short time. Try again in {wait}.',
  'aliases.slowed-some': 'Too many confirmation messages or requests in a short time. Try again later.',

  'aliases.sent.title': 'Confirmation message sent',
  'aliases.sent.text':
    'A confirmation message has been sent to the basic email Inbox of {address}, to confirm that you own it. Open it and click on its link.',
  'aliases.sent.number': 'Your number',
  'aliases.sent.number-text':
    'The page behind the link asks for this number if you open it where you are not signed in to this account. It proves that the request is yours. You find it in the list as well.',
  'aliases.sent.characters': 'Your twelve characters',
  'aliases.sent.characters-text':
    'If the address has a Secure Account already, and you open the page where you are not signed in to this account, it asks for these. Read them out to nobody but whoever has that account, on the telephone or face to face.',
  'aliases.sent.until': 'The link works until {time}.',

  'aliases.list': 'Your addresses',
  'aliases.loading': 'Loading your addresses…',
  'aliases.master': 'Master',
  'aliases.alias': 'Alias',
  'aliases.pending': 'Pending',
  'aliases.master-text': 'Notifications go to it, and the messages that you send come from it.',
  'aliases.confirmed': 'Confirmed {time}',
  'aliases.separable':
    'Whoever had it can take it back until {time}. Until then it cannot be removed, and messages that came before are not here.',
  'aliases.still-separable':
    'This address can still be taken back by whoever had it, or it is the last one that cannot. Remove it when that time is over; the list says when.',
  'aliases.promote': 'Promote to Master',
  'aliases.remove': 'Remove',
  'aliases.resend': 'Resend',
  'aliases.resending': 'Sending…',
  'aliases.cancel': 'Cancel',
  'aliases.cancelled': 'The request for {address} is cancelled',
  'aliases.gone': 'This request is no longer pending.',

  'claim.number': 'Number {number}',
  'claim.characters': 'Characters',
  'claim.characters-busy': 'Working out the characters…',
  'claim.characters-failed': 'The characters could not be worked out. Load the page again.',
  'claim.by-administrator': 'Added by an administrator',
  'claim.until': 'Link works until {time}',
  'claim.expired': 'Expired {time}. Resend the message to get a new link.',
  'claim.expired-badge': 'Expired',
  'claim.mail.waiting': 'Message waits to go out',
  'claim.mail.retrying': { one: 'Message waits; tried {n} time', other: 'Message waits; tried {n} times' },
  'claim.mail.sent': 'Message sent {time}',
  'claim.mail.refused':
    'The address was refused by its mail system. Check how it is written; if it is wrong, cancel the request and add the right one.',
  'claim.mail.failed': 'The message could not be sent. Resend it later.',

  'promote.title': 'Promote {address} to Master?',
  'promote.notifications': 'Notifications will go to {address}, and messages that you send will come from it.',
  'promote.old': '{address} stays with your account as an alias: messages to it arrive in the same Inbox.',
  'promote.sessions':
    'You stay signed in here. Every other browser and program is signed out, and a notice goes to each of your addresses.',
  'promote.programs':
    'Activated programs, such as Outlook, stop working until you remove their activation and activate them again.',
  'promote.password-stays': 'Your password stays the same. You can sign in with any of your addresses.',
  'promote.tell': 'Tell people I have corresponded with',
  'promote.tell-hint': 'They get a basic mail with your new address.',
  'promote.submit': 'Promote to Master',
  'promote.step.promote': 'Promoting…',
  'promote.step.certificate': 'Renewing your certificate…',
  'promote.told-enough':
    'You have told people a new address three times today. Promote without telling them, or wait until tomorrow.',
  'promote.gone': 'This address is no longer one of yours. Close this, and look at the list again.',
  'promote.done.title': '{address} is your Master now',
  'promote.done.text': 'Notifications go to it, and messages that you send come from it.',
  'promote.done.old': '{address} is an alias: messages to it arrive in the same Inbox.',
  'promote.done.tell': 'The people you have corresponded with are being told.',
  'promote.done.programs': {
    one: '{n} activated program needs re-activation now, to work with your new Master.',
    other: '{n} activated programs need re-activation now, to work with your new Master.',
  },
  'promote.done.activations': 'Remove activation and re-activate',

  'remove.title': 'Remove {address}?',
  'remove.kept': 'Messages that were sent to it stay in your mailbox.',
  'remove.later':
    'Later messages to it will not reach you: whoever reads its basic email Inbox then is invited to open a Secure Account of their own, and gets them.',
  'remove.sign-in': 'You can no longer sign in with it. To have it back, add it again and confirm it again.',
  'remove.submit': 'Remove',
  'remove.busy': 'Removing…',
  'remove.done': '{address} is removed',
} as const;
