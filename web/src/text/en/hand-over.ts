// The page behind the link of a hand-over: from Outlook to the Secure Webmail.
export const handOver = {
  'hand-over.title': 'Open Secure Webmail',
  'hand-over.inspecting': 'Reading the link…',
  'hand-over.whose': 'You will be signed in to the Secure Account of',
  'hand-over.check': 'Go on only if this is you.',
  'hand-over.other':
    'Another account is signed in in this browser: {address}. Going on signs it out first, in every window of this browser.',
  'hand-over.submit': 'Open Secure Webmail',
  'hand-over.submit-other': 'Sign out and open Secure Webmail',
  'hand-over.stay': 'Stay signed in as {address}',
  'hand-over.opening': 'Opening your vault…',
  'hand-over.sign-in': 'Sign in with the password',
  'hand-over.link-unknown.title': 'This link no longer works',
  'hand-over.link-unknown.text':
    'It works once, and only while the program that made it is signed in. Press Secure Webmail in Outlook again.',
  'hand-over.link-expired.title': 'This link has expired',
  'hand-over.link-expired.text': 'It works for two minutes. Press Secure Webmail in Outlook again.',
  'hand-over.account-disabled.title': 'This account is disabled',
  'hand-over.account-disabled.text': 'Ask the administrator of this portal.',
  'hand-over.vault-damaged':
    'Your vault could not be opened with this link. Press Secure Webmail in Outlook again, or sign in with the password.',
} as const;
