// Activations: programs that are authorised for an account without its password. The labels are those of Outlook's tab.
export const activations = {
  'program.outlook': 'Outlook',
  'program.command-line': 'Command line',

  'activation.active': 'Active',
  'activation.blocked': 'Blocked',
  'activation.blocked-by-portal': 'Blocked by the administrator',
  'activation.needs-reactivation': 'Needs re-activation',
  'activation.version': 'Version {version} · {device}',
  'activation.address': 'Activated under {address}',
  'activation.since': 'Since {time}',
  'activation.used': 'Last used {time}',
  'activation.block': 'Block',
  'activation.unblock': 'Unblock',
  'activation.remove': 'Remove activation',

  'activations.title': 'Activations',
  'activations.lead':
    'Programs that read and send your secure messages without asking for your password each time, such as the add-in for Outlook.',
  'activations.list': 'Activated programs',
  'activations.loading': 'Loading your activations…',
  'activations.empty': 'None. How to activate a program is described below.',
  'activations.outlived': {
    one: '{n} program needs re-activation, because your Master has changed. What to do is described below.',
    other: '{n} programs need re-activation, because your Master has changed. What to do is described below.',
  },
  'activations.blocked-text': 'It reads and sends nothing until you unblock it.',
  'activations.blocked-by-portal-text':
    'It reads and sends nothing. You can neither unblock nor remove it: ask the administrator of this portal.',
  'activations.needs-reactivation-text':
    'It reads and sends nothing any more, because your Master has changed. Remove the activation, then activate the program again.',
  'activations.gone': 'This activation is no longer there.',
  'activations.busy': 'One moment…',

  'activations.block.title': 'Block {program} on {device}?',
  'activations.block.stops': 'It can no longer read or send your messages. Nothing in your account is lost.',
  'activations.block.back': 'You can unblock it at any time, and it goes on without being activated again.',
  'activations.block.submit': 'Block',
  'activations.block.done': '{program} is blocked',
  'activations.unblock.done': '{program} is no longer blocked',

  'activations.remove.title': 'Remove the activation of {program} on {device}?',
  'activations.remove.stops':
    'It can no longer read or send your messages. Your messages, addresses and password stay as they are.',
  'activations.remove.back': 'To use it again, activate it there with your password.',
  'activations.remove.submit': 'Remove activation',
  'activations.remove.done': 'The activation of {program} is removed',
  'activations.sessions-end': 'If its button Secure Webmail brought you here, you are signed out here as well.',

  'activations.how': 'Activate a program',
  'activations.how.outlook': 'In Outlook',
  'activations.how.install': 'Install the add-in',
  'activations.how.install-text': ', if Outlook does not show the tab Secure Messaging yet.',
  'activations.how.accounts': 'In the tab Secure Messaging press Secure Accounts, then Activate.',
  'activations.how.password': 'Enter {address} and your password. The password is not kept there.',
  'activations.how.command-line': 'At the command line',
  'activations.how.command': 'restante activate',

  'activations.again': 'Remove activation and re-activate',
  'activations.again.lead':
    'After another address was promoted to Master, every program has to be activated once more, under that address.',
  'activations.again.remove': 'In the list above, press Remove activation beside the program, and confirm.',
  'activations.again.accounts': 'In Outlook, press Secure Accounts in the tab Secure Messaging.',
  'activations.again.activate': 'Press Activate, and enter {address} and your password.',
  'activations.again.done': 'The program stands in the list above again, under {address} and with the status Active.',
  'activations.again.other':
    'Secure Accounts in Outlook removes activations too, if you would rather do all of it there.',
} as const;
