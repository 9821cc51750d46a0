// Sign-in and registration.
export const entrance = {
  'sign-in.title': 'Sign in to the Secure Webmail',
  'sign-in.lead':
    'With your Secure Account, you read and write messages that only you and the people you write to can open.',
  'sign-in.address': 'Email address',
  'sign-in.password': 'Password',
  'sign-in.submit': 'Sign in',
  'sign-in.proving': 'Proving your password without sending it…',
  'sign-in.opening': 'Opening your vault…',
  'sign-in.ended': 'Your session has ended. Sign in again to go on where you were.',
  'sign-in.other-account':
    'Somebody else signed in in another window of this browser, and one person at a time can use it. Nothing of yours was ' +
    'changed. Sign in again to go on here; their window is then signed out in turn.',
  'sign-in.draft-kept': 'Your unsent message is kept on this page.',
  'sign-in.no-key': 'This browser no longer has the key of your session. Sign in again to open your messages.',
  'sign-in.keyring':
    'The keyring that the portal gives out is not the one that this browser knows. Sign in again to see what you can do.',
  'sign-in.signed-out': 'You are signed out. The keys were removed from this browser.',
  'sign-in.need-address': 'Enter the email address of your account.',
  'sign-in.bad-address': 'This is not an email address. An address looks like name@example.org.',
  'sign-in.need-password': 'Enter your password.',
  'sign-in.wrong': 'The address or the password is wrong. Check both; passwords tell upper and lower case apart.',
  'sign-in.slowed': {
    one: 'Too many attempts. Wait {n} second, then try again.',
    other: 'Too many attempts. Wait {n} seconds, then try again.',
  },
  'sign-in.slowed-some': 'Too many attempts. Wait a few minutes, then try again.',
  'sign-in.disabled': 'This account is disabled. Ask the administrator of this portal.',
  'sign-in.vault-damaged':
    'Your password is right, but your vault could not be opened. Ask the administrator of this portal; your messages are not lost.',
  'sign-in.taken-over': 'Has another account taken over your address lately, and it was not meant that way?',
  'sign-in.no-account': 'No account yet? Accounts are opened by invitation: follow the link in the mail you were sent.',

  'register.title': 'Open your Secure Account',
  'register.inspecting': 'Reading your invitation…',
  'register.invited': '{name} writes to you through {portal}.',
  'register.invited-plain': 'You are invited to {portal}.',
  'register.waiting': { one: '{n} message is waiting for you.', other: '{n} messages are waiting for you.' },
  'register.lead': 'Choose a password. It never leaves this browser, and nobody at the portal can read your messages.',
  'register.address': 'Your address',
  'register.name': 'Your name',
  'register.name-hint': 'As the people you write to will see it.',
  'register.password': 'Password',
  'register.password-hint': 'At least 12 characters. A few unrelated words are easy to remember and hard to guess.',
  'register.password-good': 'Good. Keep it safe: nobody can tell it to you again.',
  'register.submit': 'Open account',
  'register.step.password': 'Preparing your password…',
  'register.step.keys': 'Making your keys in this browser…',
  'register.step.account': 'Opening your account…',
  'register.step.waiting': 'Taking over the messages that wait for you…',
  'register.need-name': 'Enter your name.',
  'register.long-name': 'A name is at most 100 characters long.',
  'give-password.title': 'Your password, please',
  'give-password.why':
    'This changes your account, and you did not give your password here lately. Then it goes on by itself.',
  'give-password.password': 'Password',
  'give-password.submit': 'Go on',
  'give-password.proving': 'Proving your password without sending it…',
  'give-password.wrong': 'This is not your password. Passwords tell upper and lower case apart.',
  'give-password.slowed': 'Too many attempts. Wait {wait}, then try again.',

  'register.expired.title': 'This invitation has expired',
  'register.expired.text':
    'For your safety, links work for a limited time. Have a fresh one mailed to the address that was invited.',
  'register.expired.renew': 'Mail me a new link',
  'register.expired.sent': 'A new link is on its way. Look into your basic inbox, and into the spam folder.',
  'register.used.title': 'This invitation was accepted already',
  'register.used.text': 'An account was opened with this link. Sign in with your address and password.',
  'register.printed.title': 'This link cannot open an administrator’s account',
  'register.printed.text':
    'You were invited to administer this portal. That takes the link which the server printed, not one from a mail. Ask whoever runs the server for it; they can print a new one.',
  'register.unknown.title': 'This link is not complete',
  'register.unknown.text':
    'Mail programs sometimes break long links. Copy the whole link from the mail into the address bar, or use the newest mail if there are several.',
  'register.to-sign-in': 'Go to sign-in',
} as const;
