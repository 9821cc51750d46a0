// The task pane in Outlook. The labels are those of its tab, which the help page names.
export const outlookPane = {
  'pane.read': 'Read Secure',
  'pane.send': 'Send Secure',
  'pane.new': 'New Secure',
  'pane.webmail': 'Secure Webmail',
  'pane.accounts': 'Secure Accounts',
  'pane.updates': 'Check for Updates',
  'pane.starting': 'Connecting to the portal…',
  'pane.opening-account': 'Opening the account of {address}…',
  'pane.back-to': 'Back to {page}',
  'pane.open-browser': 'Open {page}',

  'pane.outside.title': 'This page belongs into Outlook',
  'pane.outside.text':
    'It is the pane of the add-in for Outlook, and Outlook is not around. Install the add-in, or read and write your secure messages in the Secure Webmail.',
  'pane.outside.install': 'Install the add-in',

  'pane.activate': 'Activate',
  'pane.activate.title': 'Activate a Secure Account',
  'pane.activate.lead':
    'Enter the address and the password of your Secure Account once. From then on this Outlook opens and sends secure messages by an activation of its own; the password is not kept.',
  'pane.activate.does-not-last':
    'This Outlook or its browser lets the add-in keep nothing. You can activate, but it is forgotten when this pane closes. To have it kept, allow site data for the portal.',
  'pane.activate.address': 'Email address',
  'pane.activate.done': '{address} is activated',
  'pane.activate.nothing': 'No Secure Account is activated in this Outlook yet.',
  'pane.activate.another': 'Activate another account',
  'pane.activate.keeping': 'Activating…',
  'pane.activate.other-account':
    'This is the password of another account. Nothing was changed. Enter an address of the same account.',

  'pane.reactivate': 'Remove and activate again',
  'pane.reactivate.title': 'Remove and activate again?',
  'pane.reactivate.text':
    'The activation under {address} is removed, and this Outlook is activated again under your Master address. You can enter any address of your account.',

  'pane.remove': 'Remove activation',
  'pane.remove.title': 'Remove the activation of {address}?',
  'pane.remove.text':
    'This Outlook forgets what opens the account. Your messages, addresses and password stay as they are; to go on here, activate again.',
  'pane.remove.password-hint':
    'The portal asks for it, because this activation can do nothing any more. Left empty, it is forgotten in this Outlook only.',
  'pane.remove.local-only':
    'This Outlook forgets it. The portal cannot be told, so the activation may go on standing in the list of your account; it opens nothing.',
  'pane.remove.removed': 'The activation of {address} is removed',
  'pane.remove.forgotten':
    'The activation of {address} is forgotten in this Outlook. The portal was not told, so it may still be active there: remove it under Account > Activations in the Secure Webmail.',
  'pane.remove-other.title': 'Remove the activation of {program} on {device}?',
  'pane.remove-other.text': 'It can no longer read or send your messages. Your account itself stays as it is.',
  'pane.remove-other.removed': 'The activation of {program} is removed',

  'pane.block': 'Block',
  'pane.block.title': 'Block {program} on {device}?',
  'pane.block.text': 'It reads and sends nothing until you unblock it with your password.',
  'pane.block.done': '{program} is blocked',
  'pane.unblock': 'Unblock',
  'pane.unblock.title': 'Unblock {program} on {device}?',
  'pane.unblock.text': 'It can read and send your messages again. To unblock takes your password.',
  'pane.unblock.done': '{program} is no longer blocked',

  'pane.standing.needs-reactivation.title': 'Needs re-activation',
  'pane.standing.needs-reactivation.text':
    'Another address was promoted to Master since this Outlook was activated under {address}. Nothing is retrieved or sent until you press Remove activation, and then Activate under the new address. Or do both at once.',
  'pane.standing.blocked.title': 'Blocked',
  'pane.standing.blocked.text':
    'The activation under {address} was blocked in your account. Nothing is retrieved or sent until you unblock it.',
  'pane.standing.blocked-by-portal.title': 'Blocked by the portal',
  'pane.standing.blocked-by-portal.text':
    'An administrator of this portal blocked the activation under {address}. Nothing is retrieved or sent, and you cannot unblock it yourself: ask your administrator.',
  'pane.standing.program-outdated.title': 'This version is too old',
  'pane.standing.program-outdated.text':
    'The portal takes newer versions of this add-in only. Nothing is retrieved or sent for {address} until you bring in the newest.',
  'pane.standing.account-disabled.title': 'The account is disabled',
  'pane.standing.account-disabled.text':
    'The account of {address} was disabled. Nothing is retrieved or sent. Ask your administrator.',
  'pane.standing.unknown.title': 'Not activated any more',
  'pane.standing.unknown.text':
    'The activation under {address} was removed elsewhere, or does not open the account any more. Activate again to go on.',

  'pane.read.looking': 'Looking at the mail…',
  'pane.read.no-mail': 'Choose a mail to read it here, if it is a secure one.',
  'pane.read.not-ours': 'This is no secure message of {portal}. There is nothing to open here.',
  'pane.read.invitation':
    'This mail invites to {portal}: the message waits for somebody who has not registered yet. Register in your browser, then activate the account here.',
  'pane.read.register': 'Register',
  'pane.read.for-browser': 'This mail of {portal} is to be answered in your browser.',
  'pane.read.follow': 'Open its page',
  'pane.read.other-address': 'This mail is for another account',
  'pane.read.other-address-text':
    'It went to {addresses}, which is no address of any account that is activated here. So nothing was retrieved.',
  'pane.read.no-address-text':
    'It does not say which address it went to. So nobody knows whose account it is for, and nothing was retrieved.',
  'pane.read.nothing-activated-text':
    'This is a secure message for {addresses}. Activate that account to read it here.',
  'pane.read.what-to-do': 'What you can do',
  'pane.read.activate-address': 'If it has a Secure Account of its own, activate that here.',
  'pane.read.activate': 'Activate this address',
  'pane.read.alias': 'If it is another address of yours, add it as an alias to your account.',
  'pane.read.open-aliases': 'Open Alias Management',
  'pane.read.webmail': 'Or read the message in the Secure Webmail.',

  'pane.account': 'From',

  'pane.send.reading': 'Reading the message…',
  'pane.send.no-message': 'Write a message in Outlook, and open Send Secure there.',
  'pane.send.unreadable': 'Outlook did not hand over the message. Nothing was sent, and it is as it was. Try again.',
  'pane.send.nobody': 'No recipient yet',
  'pane.send.files': 'Files',
  'pane.send.inline': 'image from the text, sealed as a file',
  'pane.send.item': 'message, sealed as a file',
  'pane.send.cloud':
    'Not taken along: {names}. What lies in a cloud is a link, and is not sealed. Attach a copy if it belongs to the message.',
  'pane.send.elsewhere': {
    one: 'Not taken along: an image in the text that is not part of the message but lies elsewhere, as on a website. Attach it if it belongs to the message.',
    other:
      'Not taken along: {n} images in the text that are not part of the message but lie elsewhere, as on a website. Attach them if they belong to the message.',
  },
  'pane.send.sealed': 'The message and its files are sealed on this computer before anything is sent.',
  'pane.send.leaves.nothing':
    'Afterwards nothing of it stays in Outlook: the draft is emptied. The sealed copy is in Sent.',
  'pane.send.leaves.note':
    'Afterwards a note stays in Outlook that says to whom and when it was sent, and links to the sealed copy. It holds neither subject nor text.',
  'pane.send.leaves.copy':
    'Afterwards the draft stays in Outlook as you wrote it, without its recipients. The sealed copy is in Sent.',
  'pane.send.changed':
    'The message has changed in Outlook meanwhile. This is how it is now: look at it, and press Send Secure again.',
  'pane.send.as-it-was': 'Not sent. The draft in Outlook is as it was.',
  'pane.send.sent': 'Sent securely',
  'pane.send.leaving': 'The portal has taken the message. Tidying up in Outlook…',
  'pane.send.since':
    'The message was sent as it was when you pressed Send Secure. What you have written since was not sent, and is still in the draft.',
  'pane.send.left.nothing': 'The draft in Outlook was emptied. You can close its window.',
  'pane.send.left.note':
    'In Outlook a note stands in its place. It says to whom and when, and nothing of what you wrote.',
  'pane.send.left.copy':
    'The draft in Outlook is as you wrote it, without its recipients, so that it is not sent by mistake.',
  'pane.send.not-left.nothing':
    'The message was sent securely, but Outlook did not let its draft be emptied. Discard the draft yourself, and do not send it. Still there, in clear:',
  'pane.send.not-left.note':
    'The message was sent securely, but Outlook did not let a note be put in its place. Discard the draft yourself, and do not send it. Still there, in clear:',
  'pane.send.not-left.copy':
    'The message was sent securely, but Outlook did not let its recipients be taken out of the draft. Do not send it once more from there. Still there:',
  'pane.send.still.recipients': 'the recipients',
  'pane.send.still.subject': 'the subject',
  'pane.send.still.files': 'the files',
  'pane.send.still.body': 'the text',
  'pane.send.still.saved-copy': 'the draft as Outlook saved it last, in your folder of drafts',
  'pane.send.leave-again': 'Try once more',
  'pane.send.open-copy': 'Open the sealed copy',

  'pane.note.subject': 'Sent securely',
  'pane.note.sent': 'This message was sent securely on {time}.',
  'pane.note.to': 'To: {names}',
  'pane.note.read': 'Its sealed copy is here:',

  'pane.new.again': 'Write another message',
  'pane.new.text': 'What you write here is sealed on this computer. Nothing of it is ever a draft in Outlook.',

  'pane.webmail.text': 'It opens in your browser, signed in to the account of {address}.',
  'pane.webmail.open': 'Open Secure Webmail',
  'pane.webmail.preparing': 'Preparing the way…',
  'pane.webmail.plain': 'It opens in your browser, where you sign in with your password.',
  'pane.webmail.failed':
    'The way into your account could not be prepared: {reason} You can still sign in with your password.',

  'pane.accounts.lead':
    'The Secure Accounts that are activated in this Outlook, and every program that is activated for them.',
  'pane.accounts.loading': 'Asking for the activations of {address}…',
  'pane.accounts.activations': 'Activations of {address}',
  'pane.accounts.this': 'This Outlook.',

  'pane.updates.running': 'This version',
  'pane.updates.newest': 'Newest version',
  'pane.updates.asking': 'Asking the portal…',
  'pane.updates.is-newest': 'This is the newest version. There is nothing to do.',
  'pane.updates.there-is': 'Version {version} is there.',
  'pane.updates.refused': 'The portal takes no version before {version} any more. Bring in the newest to go on.',
  'pane.updates.bring-in': 'Bring in the newest version',
  'pane.updates.notes': 'What is new',
  'pane.updates.release': 'Version {version}, {date}',
  'pane.updates.manifest': 'Outlook’s own entry',
  'pane.updates.manifest-older':
    'Outlook has version {installed} of the add-in’s manifest, and the portal has {newest}. The pages are always the newest; buttons and rights that came with the newer manifest appear when it is installed. Your administrator does that for the whole organisation; if you installed the add-in yourself, do it once more.',
  'pane.updates.manifest-newer':
    'Outlook has version {installed} of the add-in’s manifest, which is newer than the portal’s {newest}. The portal was taken back to an earlier version; everything it has works.',
  'pane.updates.manifest-link': 'The manifest',
  'pane.updates.manifest-guide': 'How to install it',
} as const;
