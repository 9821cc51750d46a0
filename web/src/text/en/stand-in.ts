// The page that stands in for Outlook in a demonstration. A catalogue of its own: nobody else is to load it.
export const standIn = {
  title: 'A page that stands in for Outlook',
  about:
    'It is not Outlook: it shows the basic mails of this demonstration, and beside them the add-in as Outlook would. The buttons are those of the add-in’s manifest. No ordinary mail leaves from here.',
  portal: 'To the portal',
  skip: 'Skip to the message',

  list: 'Inbox and drafts',
  inbox: 'Basic inbox',
  'inbox.none': 'No mail yet',
  reload: 'Look for new mail',
  new: 'New mail',
  mails: 'Mails',
  'mails.none': 'No mail has come to this inbox yet.',
  drafts: 'Drafts',
  'draft.no-subject': 'No subject',
  'draft.nobody': 'To nobody',
  back: 'Back to the list',

  ribbon: 'Ribbon',
  pane: 'Add-in',
  'pane.close': 'Close the add-in',

  nothing: 'Choose a mail, or write one.',
  'mail.from': 'From',
  'mail.to': 'To',
  'mail.date': 'Date',

  draft: 'New mail',
  'draft.to': 'To',
  'draft.cc': 'Cc',
  'draft.bcc': 'Bcc',
  'draft.people-hint': 'Several addresses are parted by commas.',
  'draft.subject': 'Subject',
  'draft.body': 'Text',
  'draft.rich': 'Formatted text',
  'draft.attach': 'Attach files',
  'draft.files': 'Attached files',
  'draft.remove': 'Remove {name}',
  'draft.save': 'Save draft',
  'draft.saved': 'Draft saved',
  'draft.discard': 'Discard',

  'trouble.mails': 'The basic mails could not be loaded. Is this a demonstration?',
  'trouble.ribbon': 'The add-in’s manifest could not be read, so the ribbon is empty.',
} as const;
