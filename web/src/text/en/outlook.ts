// The page that tells how the add-in for Outlook is installed. What Outlook's menus are called is Microsoft's.
export const outlook = {
  'install.title': 'Secure messages in Outlook',
  'install.lead':
    'The add-in reads and sends secure messages without your leaving Outlook. It works in classic Outlook for Windows, the new Outlook, Outlook on the web and Outlook for Mac.',
  'install.demo':
    'This is a demonstration on your own machine. A real Outlook installs add-ins of portals with https alone.',
  'install.not-offered':
    'This portal has no add-in for Outlook. Read and write secure messages here in the Secure Webmail. If you would like to have the add-in, ask whoever runs your portal: it has to be switched on.',

  'install.one.title': 'Install it for yourself',
  'install.one.download': 'Download the manifest:',
  'install.one.file': 'manifest.xml',
  'install.one.open': 'Open the list of your add-ins, as your Outlook has it:',
  'install.one.add':
    'Choose My add-ins. At the bottom, under Custom add-ins, choose Add a custom add-in, then Add from File, and the file that you downloaded. Confirm that you want it.',
  'install.one.find':
    'Open any message. In classic Outlook for Windows there is a tab Secure Messaging; elsewhere the buttons are behind Apps, or behind the three dots of a message.',
  'install.one.activate':
    'Choose Secure Accounts, and Activate: you give the password of your Secure Account once. The add-in does not keep it.',
  'install.one.wait':
    'It comes to every Outlook that you use with this mailbox. Classic Outlook for Windows can take up to a day to show it.',
  'install.one.refused':
    'Where Custom add-ins is missing, your organisation has switched it off: ask its administrator.',
  'install.menu.new': 'Outlook on the web and new Outlook',
  'install.menu.new.text': 'Open this in the browser. The list appears after some seconds:',
  'install.menu.classic': 'Classic Outlook for Windows',
  'install.menu.classic.text': 'File, then Info, then Manage Add-ins. The list opens in the browser.',
  'install.menu.mac': 'Outlook for Mac',
  'install.menu.mac.text': 'As on the web. Versions before 16.85 have the list behind Get Add-ins, too.',

  'install.all.title': 'Install it for an organisation',
  'install.all.lead': 'For administrators of Microsoft 365:',
  'install.all.admin':
    'In the Microsoft 365 admin center, open Settings, then Integrated apps, and Upload custom apps.',
  'install.all.manifest':
    'As the type of app choose Office Add-in, and upload the manifest, which serves every Outlook:',
  'install.all.people': 'Choose who gets it. It appears in their Outlook by itself, after some hours.',
  'install.all.package':
    'Microsoft’s newer kind of manifest is for Windows and the web alone. If you prefer it, choose Teams app instead, and upload the app package:',
  'install.all.package.file': 'restante.zip',
  'install.all.both': 'An Outlook that gets both hides the other within a day.',
  'install.all.unified': 'What is in the package:',
  'install.all.unified.file': 'manifest.json',

  'install.sees.title': 'What the add-in can see',
  'install.sees.item':
    'While its pane is open, the message that you have open in Outlook: to whom it goes, its subject, text and files. Of a message that you are writing it can also change these, and does so when you choose Send Secure. It has no access to the rest of your mailbox.',
  'install.sees.sealed':
    'Secure messages are opened and sealed in the pane, with the keys of your Secure Account. What it sends to this portal is sealed.',
  'install.sees.office':
    'The pane runs a script of Microsoft’s, office.js, by which every add-in talks to Outlook. Microsoft is trusted with what you open in the pane, as it is with your ordinary mail. In the Secure Webmail no such script runs.',

  'install.remove.title': 'Remove it',
  'install.remove.activation': 'In its pane, choose Secure Accounts, then Remove activation for each account.',
  'install.remove.add-in':
    'In the list of your add-ins (step 2 above), find it under Custom add-ins, choose the three dots, then Remove. What an organisation installed, its administrator removes.',
  'install.remove.lost':
    'If you no longer have that Outlook, remove or block its activation in the Secure Webmail, under Account and Activations.',

  'install.version.title': 'Versions',
  'install.version.portal': 'Add-in, as this portal serves it',
  'install.version.manifest': 'Manifest',
  'install.version.least': 'Oldest add-in that is taken',
} as const;
