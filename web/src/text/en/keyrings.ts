// Keyrings: one that is refused, and earlier ones.
export const keyrings = {
  'keyring.title.older-vault': 'The portal gives out an older keyring',
  'keyring.title.unreadable-vault': 'Your keyring cannot be opened',
  'keyring.title.forked-vault': 'Your keyring is not the one that this browser knows',
  'keyring.title.foreign-vault': 'The portal gives out another account’s keyring',
  'keyring.title.vault-leapt': 'The portal gives out a keyring that cannot be right',
  'vault.older-vault':
    'This browser has seen a later keyring of yours than the one that the portal gives out now. That happens when the portal was restored from a backup. It can also be an attack. Nothing was opened.',
  'vault.unreadable-vault':
    'Your password is right, but what the portal has in place of your keyring does not open: a program wrote something else there, or it was damaged. Your messages are not lost.',
  'vault.forked-vault':
    'The keyring that the portal gives out did not come of the one that this browser saw last, and the two cannot be joined. Nothing was opened.',
  'vault.foreign-vault':
    'What the portal gives out is the keyring of another account. It was neither opened nor stored. Tell the administrator of this portal.',
  'vault.vault-leapt':
    'Its number is so far ahead that nobody can have written it. It was neither opened nor stored. Tell the administrator of this portal.',
  'vault.foreign-parcel':
    'What was handed over to this account is not signed by whoever gave it. It was not taken in. Tell the administrator of this portal.',
  'keyring.last-written': 'The portal says that it was written: {written}.',
  'keyring.accept-text':
    'Ask the administrator whether the portal was restored. If it was, go on: the keys that this browser has seen are joined in, and nothing is lost.',
  'keyring.accept': 'The portal was restored: go on',
  'keyring.choose':
    'Choose an earlier keyring to go on with, best the newest that you wrote yourself. Keys that this browser has seen are joined in.',
  'keyring.none': 'The portal keeps no earlier keyring. Ask the administrator of this portal.',
  'keyring.go-on': 'Go on with it',
  'keyring.leave': 'Sign out',
  'keyring.revision': 'Revision {n}',
  'keyring.written.person': '{time}, by you',
  'keyring.written.program': '{time}, by the program {program}',
  'keyring.written.without-password': '{time}, in a browser that a program opened',
  'keyring.first-sight.short': 'Your keyring was last written: {written}',
  'keyring.first-sight':
    'This browser has not seen your keyring before. It was last written: {written}. If you remember a later change, ask the administrator of this portal.',

  'keyrings.title': 'Earlier keyrings',
  'keyrings.lead':
    'Your keyring holds the keys that open your messages. Each time it is written, the portal keeps the one before for a while, sealed as it was.',
  'keyrings.list': 'Keyrings that were replaced',
  'keyrings.what':
    'If older messages no longer open, join an earlier keyring in. Its keys open messages from then on. Your own key, your ways in and what you know of the people you write to stay as they are.',
  'keyrings.loading': 'Loading earlier keyrings…',
  'keyrings.empty': 'There is none yet: your keyring has never been replaced.',
  'keyrings.join': 'Join in',
  'keyrings.join.title': 'Join this keyring in?',
  'keyrings.join.text': 'Written: {written}. Its keys are added to your keyring, and nothing is taken away.',
  'keyrings.joining': 'Joining its keys in…',
  'keyrings.joined': 'Its keys are in your keyring now',
  'keyrings.nothing-new': 'Your keyring had all of its keys already. Nothing was changed.',
  'keyrings.unopenable': 'This keyring does not open. Nothing was changed; try another one.',
  'keyrings.by-password': 'Sign out, and sign in with your password, to see earlier keyrings.',
  'keyrings.gone': 'The portal no longer keeps this keyring. Nothing was changed; load the page again.',
} as const;
