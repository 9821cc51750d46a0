// The pages behind the links of confirmation messages and of security notices.
export const confirmation = {
  'confirm.title': 'Confirm an Email Alias',
  'confirm.inspecting': 'Reading the request…',
  'confirm.asked': '{name} asks to add this address to their Secure Account.',
  'confirm.asked-by-administrator':
    'An administrator of {portal} asks to add this address to the Secure Account of {name}.',
  'confirm.address': 'This address',
  'confirm.account': 'Secure Account it is to join',
  'confirm.only-if.absorbs':
    'Confirm only if you are {who}. {name} will be able to read everything in this account, now and later. If you are somebody else, or if anybody told you to do this, press This wasn’t me.',
  'confirm.only-if.moves':
    'Confirm only if you are {who}. {name} will be able to read what is sent to this address from now on, or everything in this account if it joins. If you are somebody else, or if anybody told you to do this, press This wasn’t me.',
  'confirm.only-if.mail-joins':
    'Confirm only if you are {who}: {name} will be able to read what waits for {address} and what is sent to it later. Otherwise press This wasn’t me.',
  'confirm.until': 'The link works until {time}.',
  'confirm.what': 'What will happen',
  'confirm.joins':
    'Secure messages to {address} will arrive in the Inbox of {claimant}. Your ordinary mail does not change.',
  'confirm.mail-joins': {
    one: '{n} secure message that waits for {address} moves there too.',
    other: '{n} secure messages that wait for {address} move there too.',
  },
  'confirm.absorbs':
    '{address} has a Secure Account already. That account joins the one of {claimant}: its messages, keys and all of its addresses move there.',
  'confirm.absorbs-sign-in':
    'From then on you sign in with any of these addresses and the password of {claimant}. The password that you enter here stops working, and all its sessions end.',
  'confirm.absorbs-withheld':
    'The addresses, and what is sent to them, are {claimant}’s at once. The messages and keys that the account has follow in three days.',
  'confirm.separable': 'For three days the password that you enter here takes all of it back.',
  'confirm.absorbs-final': 'This cannot be undone. Nothing is lost: every message stays readable.',
  'confirm.choice': 'What should move',
  'confirm.choice.move': 'Only this address',
  'confirm.choice.move-text':
    'Later messages to it go to {claimant}. Messages delivered so far stay in the account that has it now, which keeps its other addresses.',
  'confirm.choice.absorb': 'The whole account',
  'confirm.choice.absorb-text':
    'Messages, keys and all addresses of the account that has it now move to {claimant}. It can no longer be signed in to by itself.',
  'confirm.choice.absorb-final': 'This cannot be undone.',
  'confirm.signed-in': 'You are signed in as {claimant} in this browser: simply click Confirm this address.',
  'confirm.number': 'Four-digit number',
  'confirm.number-hint':
    'It stands beside the address under Tools > Alias Management, where {claimant} is signed in. It shows that the request is yours, and not somebody else’s.',
  'confirm.number-hint-administrator':
    '{claimant} finds it beside the address under Tools > Alias Management, after signing in.',
  'confirm.need-number': 'Enter the four digits.',
  'confirm.wrong-number': {
    one: 'This is not the number. {n} more try; then the request ends.',
    other: 'This is not the number. {n} more tries; then the request ends.',
  },
  'confirm.wrong-number-some': 'This is not the number. After three wrong ones the request ends.',
  'confirm.of-address': 'Secure Account of',
  'confirm.password': 'Password',
  'confirm.password-hint': 'The one you selected for this Secure Account. It never leaves this browser.',
  'confirm.need-password': 'Enter the password.',
  'confirm.characters': 'Twelve characters',
  'confirm.characters-hint':
    '{claimant} sees them beside the address under Tools > Alias Management, and reads them out to you: on the telephone or face to face, not by mail. They show that nobody puts themselves in the place of {claimant}. If nobody you know asked you for this, press This wasn’t me.',
  'confirm.need-characters': 'Enter the twelve characters.',
  'confirm.wrong-characters':
    'These are not the twelve characters. Your password was not given to anybody, and nothing was changed. Have them read out once more. If they are still others, somebody else asks for your account: press This wasn’t me.',
  'confirm.wrong-password':
    'This is not the password of the Secure Account that {address} has. Passwords tell upper and lower case apart.',
  'confirm.submit.click': 'Confirm this address',
  'confirm.submit.absorb': 'Confirm and join the accounts',
  'confirm.submit.move': 'Confirm and move this address',
  'confirm.step.comparing': 'Comparing the characters…',
  'confirm.step.proving': 'Proving the password without sending it…',
  'confirm.step.opening': 'Opening the vault in this browser…',
  'confirm.step.checking': 'Checking whose key it is handed to…',
  'confirm.step.sealing': 'Sealing the keys for their new holder…',
  'confirm.step.confirming': 'Confirming…',
  'confirm.vault-damaged':
    'The password is right, but the vault could not be opened. Nothing was changed. Ask the administrator of this portal.',
  'confirm.changed': 'What is known of this address has changed meanwhile. This is how it is now: look at it again.',
  'confirm.again': 'Another window changed the account meanwhile. Try once more.',
  'confirm.fingerprint': 'Key fingerprint of {claimant}',
  'confirm.fingerprint-before':
    'Everything will be sealed to this key. To be sure, compare it with the one shown under Account where {claimant} is signed in.',
  'confirm.fingerprint-hint':
    'Everything was sealed to this key. It is the one shown under Account where {claimant} is signed in.',

  'confirm.refuse': 'This wasn’t me',
  'confirm.refuse.title': 'End this request?',
  'confirm.refuse.text':
    'The address will not be added, and the link stops working. Your address, your mail and your account stay as they are. {claimant} sees that the request was refused.',
  'confirm.refuse.submit': 'End the request',
  'confirm.refused.title': 'The request has ended',
  'confirm.refused.text': '{address} was not added to any account. There is nothing else that you need to do.',
  'confirm.refused.again':
    'If such messages keep coming, tell the administrator of {portal}. Never give anybody your password or a number from a page.',

  'confirm.done.title': 'Address confirmed',
  'confirm.done.text': '{address} is an alias of the Secure Account of {claimant} now.',
  'confirm.done.absorbed': 'The account that it had has joined, with all of its messages and addresses.',
  'confirm.done.joining': 'All of its addresses are there already. Its messages and keys follow after {time}.',
  'confirm.done.separable':
    'Until {time} the password that was entered here takes it back, should it have been a mistake:',
  'confirm.done.next': 'Return to the Secure Webmail and open Tools > Alias Management.',
  'confirm.done.promote': 'There you can press Promote to Master, to receive notifications and send from it.',
  'confirm.done.sign-in':
    'The account that was signed in here has joined the other. Sign in again, with the password of {claimant}.',
  'confirm.done.open': 'Open Alias Management',

  'confirm.stopped.title': 'Stopped: the key is not the expected one',
  'confirm.stopped.own':
    'The portal named another key for {claimant} than the one in this browser, where that account is signed in. Nothing was handed over and nothing was changed. Tell the administrator of this portal, and do not try again until it is explained.',
  'confirm.stopped.changed':
    'The key of {claimant} is another than the one that this account knows. Nothing was handed over and nothing was changed.',
  'confirm.stopped.changed-next':
    'Compare the fingerprints with the one shown under Account where {claimant} is signed in. If the new one is theirs, sign in as {address}, open a message from {claimant}, accept the new key there, and follow the link again.',
  'confirm.stopped.named':
    'The portal gave a certificate that does not belong to {claimant}. Nothing was handed over and nothing was changed. Tell the administrator of this portal.',
  'confirm.stopped.before': 'Known so far',
  'confirm.stopped.now': 'Named now',
  'confirm.stopped.own-key': 'In this browser',

  'confirm.link-unknown.title': 'This link is not complete',
  'confirm.link-unknown.text':
    'Links work once they are opened from the mail, and not after the page is reloaded. Open the link in the newest message again, or copy the whole of it into the address bar.',
  'confirm.link-expired.title': 'This link has expired',
  'confirm.link-expired.text':
    'For your safety, links work for a limited time. Sign in, open Tools > Alias Management, and press Resend beside the address.',
  'confirm.link-replaced.title': 'A newer message replaced this link',
  'confirm.link-replaced.text': 'Use the link in the newest confirmation message. Look into the spam folder, too.',
  'confirm.claim-ended.title': 'This request has ended',
  'confirm.claim-ended.text':
    'It was cancelled, refused, or ended after wrong numbers. If the address is yours, sign in, open Tools > Alias Management, and add it again.',
  'confirm.claim-confirmed.title': 'This address is confirmed already',
  'confirm.claim-confirmed.text':
    'Nothing is left to do here. Return to the Secure Webmail and open Tools > Alias Management.',
  'confirm.address-taken.title': 'This address belongs to another account',
  'confirm.address-taken.text':
    'It was confirmed for another account meanwhile. If it is yours, sign in, open Tools > Alias Management, and add it again: the password of that account will be asked for.',
  'confirm.address-yours.title': 'This address is part of the account already',
  'confirm.address-yours.text':
    'Nothing is left to do here. Return to the Secure Webmail and open Tools > Alias Management.',
  'confirm.only-administrator.title': 'This account must stay',
  'confirm.only-administrator.text':
    'The Secure Account of this address is the only administrator of the portal. Ask whoever runs the portal to name another one, then follow the link again.',
  'confirm.account-disabled.title': 'The account of this address is disabled',
  'confirm.account-disabled.text':
    'A disabled account cannot join another. Both accounts are as they were. Ask the administrator of this portal to enable it, then follow the link again.',
  'confirm.too-many-addresses.title': 'The account is full',
  'confirm.too-many-addresses.text':
    'It has as many addresses as it may have. Sign in, open Tools > Alias Management, remove one, then follow the link again.',

  'confirm.still-separable.title': 'Not yet',
  'confirm.still-separable.text':
    'The account of this address took another one over within the last three days, or was asked for by one, and that can still be undone. Until then none of it goes on to a third account. Both accounts are as they were. Follow the link again when the three days are over; if it has expired by then, press Resend under Tools > Alias Management.',

  'separate.title': 'Take an address back',
  'separate.lead':
    'Another Secure Account took over your address, or your whole account, within the last three days, and it was not meant that way? The password that you had takes it back.',
  'separate.address': 'The address that you had',
  'separate.password': 'The password that you had',
  'separate.what': 'What will happen',
  'separate.back': 'Your addresses are your own again, with all the messages and keys that you had.',
  'separate.meanwhile':
    'Messages that came to them meanwhile stay in the other account: they were sealed to its key. Ask their senders to send them again.',
  'separate.told': 'A notice goes to each address of both accounts.',
  'separate.submit': 'Take it back',
  'separate.step.proving': 'Proving the password without sending it…',
  'separate.step.separating': 'Taking it back…',
  'separate.need-address': 'Enter the address that you had.',
  'separate.need-password': 'Enter the password that you had.',
  'separate.wrong':
    'Nothing can be taken back with this address and password: one of them is not the one that the account had, or the three days are over. Nothing was changed. If you cannot sign in any more, tell the administrator of this portal.',
  'separate.disabled':
    'The password is right, and the account is disabled. Nothing was changed. Ask the administrator of this portal.',
  'separate.done.title': 'It is yours again',
  'separate.done.text': 'These addresses are those of your Secure Account again:',
  'separate.done.sign-in': 'Sign in with the password that you have just entered.',
  'separate.done.next':
    'Whoever asked for your address knows how to ask again. Answer such a message only if you know who asks; otherwise press This wasn’t me.',

  'alarm.separable':
    'Your account or this address was taken over by another account, and until {time} your password takes it back.',
  'alarm.title': 'This wasn’t me',
  'alarm.inspecting': 'Reading the notice…',
  'alarm.lead': 'A notice was sent to {address} about its Secure Account. If it was not you who did that:',
  'alarm.sessions': 'Every browser and program that is signed in to the account is signed out at once.',
  'alarm.activations': 'Programs that were activated, such as Outlook, have to be activated again.',
  'alarm.claims': 'Requests to add addresses that are still pending are cancelled.',
  'alarm.stays': 'Password, addresses and messages stay as they are.',
  'alarm.submit': 'Sign out everywhere',
  'alarm.busy': 'Signing out everywhere…',
  'alarm.done.title': 'Everybody is signed out',
  'alarm.done.text':
    'All sessions of the account have ended, its activations are removed, and its pending requests are cancelled.',
  'alarm.done.next': 'What to do next',
  'alarm.done.activity': 'Sign in and look at Account > Activity: it lists what happened and when.',
  'alarm.done.aliases':
    'Under Tools > Alias Management, remove addresses that are not yours. If your Master was changed, promote the right one.',
  'alarm.done.password':
    'If somebody may know your password, or you cannot sign in, tell the administrator of this portal at once: they can disable the account.',
  'alarm.before.title': 'This was done already',
  'alarm.before.text':
    'Everybody was signed out by this link on {time}, activations were removed, and the requests that were pending then were cancelled.',
  'alarm.before.stays': 'The link works once. Whoever has signed in since then stays signed in, you included.',
  'alarm.before.activity':
    'Sign in and look at Account > Activity: it lists what happened since then. What you did yourself is no reason to worry.',
  'alarm.before.newest':
    'If there is something newer that was not you, open the link in the newest notice: that one signs everybody out again.',
  'alarm.sign-in': 'Go to sign-in',
  'alarm.link-unknown.title': 'This link is not complete',
  'alarm.link-unknown.text':
    'Links work once they are opened from the mail, and not after the page is reloaded. Open the link in the notice again, or copy the whole of it into the address bar.',
  'alarm.link-expired.title': 'This link has expired',
  'alarm.link-expired.text':
    'Sign in and look at Account > Activity. If you find something that was not you, tell the administrator of this portal.',
} as const;
