// What went wrong and what to do, for every problem the portal answers with and every refusal of the vault.
export const problems = {
  'problem.unreachable': 'The portal cannot be reached. Check your connection, then try again.',
  'problem.malformed': 'The portal did not understand this request. Reload the page, then try again.',
  'problem.unacceptable': 'The portal refused what was sent. Reload the page, then try again.',
  'problem.not-sealed':
    'What was sent was not sealed as it must be, so nothing was stored. Reload the page, then try again.',
  'problem.clock':
    'The clock of this device says {here}, and the portal’s says {there}. What is sealed now could not be opened later, so nothing was sent. Set the date and time of this device, then try again.',
  'problem.other-account': 'Somebody else signed in in this browser. Nothing was changed. Sign in again to go on.',
  'problem.signed-out': 'Your session has ended. Sign in again.',
  'problem.wrong-credentials': 'The address or the password is wrong.',
  'problem.account-disabled': 'This account is disabled. Ask the administrator of this portal.',
  'problem.not-allowed': 'Your account may not do this.',
  'problem.foreign-origin':
    'The portal did not recognise this page as its own. Open the portal under the address you were given.',
  'problem.recipients-not-allowed': 'You may not write to some of these addresses.',
  'problem.not-found': 'This is not here (any more).',
  'problem.method-not-allowed': 'This page and the portal do not fit together. Reload the page.',
  'problem.invitation-unknown': 'This invitation link is not one of ours.',
  'problem.invitation-expired': 'This invitation link has expired.',
  'problem.invitation-used': 'This invitation was accepted already.',
  'problem.printed-link-needed':
    'Whoever is to administer this portal registers by the link that the server printed. Ask whoever runs the server for it.',
  'problem.version-conflict': 'This was changed in another window meanwhile. Try again.',
  'problem.recipients-changed': 'Some recipients changed while the message was being sealed. Try again.',
  'problem.idempotency-conflict': 'This was sent before with other content.',
  'problem.file-unknown': 'A file has to be uploaded again.',
  'problem.hash-mismatch': 'The upload arrived damaged. Try again.',
  'problem.upload-incomplete': 'The upload was cut off. Try again.',
  'problem.too-large': 'This is larger than the portal takes.',
  'problem.password-needed': 'This takes your password, and it was not given. Try again, and give it.',
  'problem.sender-changed': 'Your own address changed while the message was being sealed. Try again.',
  'problem.activation-unknown': 'This program is not activated, or not any more. Activate it again.',
  'problem.activation-blocked': 'This activation is blocked. Unblock it under Account > Activations.',
  'problem.blocked-by-portal':
    'An administrator of this portal blocked this program for your account. You cannot unblock it yourself: ask them.',
  'problem.needs-reactivation':
    'Your Master has changed since this program was activated. Remove its activation, then activate it again.',
  'problem.too-many-activations':
    'The account has as many activations as it may have. Remove one that you no longer use first.',
  'problem.program-outdated': 'This version of the program is too old for this portal. Install the newest version.',
  'problem.link-unknown': 'This link is not one of ours.',
  'problem.link-expired': 'This link has expired.',
  'problem.link-replaced': 'A newer mail replaced this link. Use the link in the newest one.',
  'problem.claim-ended': 'This request was ended.',
  'problem.claim-confirmed': 'This address was confirmed already.',
  'problem.claim-changed': 'Something about this address has changed meanwhile. Load the page again.',
  'problem.address-taken': 'This address was confirmed for another account meanwhile.',
  'problem.address-yours': 'This address is yours already.',
  'problem.wrong-number': 'This is not the number.',
  'problem.still-separable':
    'What this account took over can still be taken back by whoever had it. Try again when that time is over.',
  'problem.not-separable': 'This address cannot be taken back: it was not taken over, or the time for that is over.',
  'problem.only-administrator': 'The account is the only administrator of this portal.',
  'problem.master-stays': 'The Master cannot be removed. Promote another address first.',
  'problem.too-many-addresses': 'The account has as many addresses as it may have. Remove one first.',
  'problem.too-many-requests': 'Too many requests. Wait a little, then try again.',
  'problem.too-many-attempts': 'Too many attempts. Wait a little, then try again.',
  'problem.timed-out': 'The portal took too long. Try again.',
  'problem.unavailable': 'The portal cannot reach its storage right now. Nothing was lost; try again in a moment.',
  'problem.internal': 'Something went wrong in the portal. Try again; if it stays, tell its administrator.',

  'vault.module-failed': 'The vault could not be loaded. Reload the page.',
  'vault.guessing-failed':
    'Whether this password is one that is tried first could not be checked, and nothing was sent. Check your connection, then press the button again. If that does not help, reload the page.',
  'vault.password-too-short': 'The password is too short: it takes at least 12 characters.',
  'vault.password-too-long': 'The password is too long. Take a shorter one, of some hundred characters at most.',
  'vault.password-character':
    'The password has a character that not every keyboard and program knows, such as a tab. Leave it out.',
  'vault.password-common':
    'This password is one of those that are tried first. Take a few words that have nothing to do with each other.',
  'vault.password-personal':
    'This password is made of your address, your name or the portal’s name. Take a few words that have nothing to do with you.',
  'vault.weak-stretching':
    'This portal protects passwords less than this page takes. Your password was not used. Tell the portal’s administrator.',
  'vault.excessive-stretching':
    'This portal asks for more work on a password than this page does. Your password was not used. Tell the portal’s administrator.',
  'vault.other-origin':
    'This portal says that it is reached under another address. Your password was not used. Open the portal under the address you were given.',
  'vault.wrong-key': 'It is sealed to a key that is not in your vault.',
  'vault.truncated': 'It is incomplete: part of it is missing.',
  'vault.bad-signature': 'Its signature is not valid: it was altered, or somebody else wrote it.',
  'vault.wrong-message': 'It belongs to another message and was put in this one’s place.',
  'vault.wrong-sender': 'It was signed under another address than the one it claims to come from.',
  'vault.unknown-sender-key': 'It was not signed by the sender’s key.',
  'vault.damaged': 'It was altered, or belongs to something else.',
  'vault.unsupported': 'It was made in a way that this page does not know yet. Reload the page.',
  'vault.wrong-file': 'It is another file than the message names.',
  'vault.certificate-expired': 'Its sender’s key had expired.',
  'vault.certificate-not-yet':
    'A key is dated later than now. Is the clock of this device right? Set its date and time, then try again.',
  'vault.signed-later':
    'Its signature is dated later than now, and counts for nothing until then. Is the clock of this device right? Set its date and time, then try again.',
  'vault.not-openable':
    'What was sealed could not be opened again, so nothing was sent. Check the date and time of this device, then try again.',
  'vault.certificate-revoked': 'Its sender’s key was revoked.',
  'vault.certificate-unusable': 'Its sender’s key cannot be used.',
  'vault.protocol': 'The portal’s answer does not belong to this attempt. Try again.',
  'vault.unreadable': 'A file could not be read. It may have been moved or changed.',
  'vault.malformed': 'It is damaged: its form is not what it must be.',
  'vault.wrong-certificate': 'It belongs to another key than the account’s own.',
  'vault.too-many-keys': 'It holds more keys than one account can hand over.',
  'vault.failed': 'The vault could not open it.',
} as const;
