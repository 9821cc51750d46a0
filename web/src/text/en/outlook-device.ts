// As which device an activation is listed that Outlook made.
export const outlookDevice = {
  'outlook.device.new-windows': 'New Outlook for Windows',
  'outlook.device.windows': 'Outlook for Windows',
  'outlook.device.web': 'Outlook on the web',
  'outlook.device.mac': 'Outlook for Mac',
  'outlook.device.ios': 'Outlook for iOS',
  'outlook.device.android': 'Outlook for Android',
  'outlook.device.other': 'Outlook',
} as const;
