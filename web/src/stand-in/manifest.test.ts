// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { ribbonOf } from './manifest';

const button = (id: string, word: string) => `
  <Control xsi:type="Button" id="${id}">
    <Label resid="label.${word}"/>
    <Supertip><Title resid="label.${word}"/><Description resid="tip.${word}"/></Supertip>
    <Icon><bt:Image size="16" resid="icon.16"/><bt:Image size="32" resid="icon.32"/></Icon>
    <Action xsi:type="ShowTaskpane"><SourceLocation resid="pane.${word}"/></Action>
  </Control>`;

const overrides = (version: string, surfaces: string) => `
  <Hosts><Host xsi:type="MailHost"><DesktopFormFactor>${surfaces}</DesktopFormFactor></Host></Hosts>
  <Resources>
    <bt:Images><bt:Image id="icon.32" DefaultValue="https://portal.test/outlook/icon-32.png"/></bt:Images>
    <bt:Urls>
      <bt:Url id="pane.read" DefaultValue="https://portal.test/outlook/pane.html?show=read&amp;manifest=${version}"/>
      <bt:Url id="pane.send" DefaultValue="https://portal.test/outlook/pane.html?show=send&amp;manifest=${version}"/>
    </bt:Urls>
    <bt:ShortStrings>
      <bt:String id="tab" DefaultValue="Secure Messaging"/>
      <bt:String id="label.read" DefaultValue="Read Secure"/>
      <bt:String id="label.send" DefaultValue="Send Secure"/>
    </bt:ShortStrings>
    <bt:LongStrings><bt:String id="tip.read" DefaultValue="Shows it."/></bt:LongStrings>
  </Resources>`;

const surface = (kind: string, content: string) =>
  `<ExtensionPoint xsi:type="${kind}CommandSurface">${content}</ExtensionPoint>`;

const own = (word: string) => `
  <OfficeTab id="TabDefault"><Group id="d"><Label resid="tab"/>${button(`d.${word}`, word)}</Group></OfficeTab>
  <CustomTab id="t"><Group id="g"><Label resid="tab"/>${button(`o.${word}`, word)}</Group><Label resid="tab"/></CustomTab>`;

const manifest = (first: string, second: string) => `<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0">
  <VersionOverrides xmlns="http://schemas.microsoft.com/office/mailappversionoverrides" xsi:type="VersionOverridesV1_0">
    ${first}
    <VersionOverrides xmlns="http://schemas.microsoft.com/office/mailappversionoverrides/1.1"
        xsi:type="VersionOverridesV1_1">${second}</VersionOverrides>
  </VersionOverrides>
</OfficeApp>`;

describe('the ribbon', () => {
  it('is what the newest part of the manifest has, each surface its own', () => {
    const old = overrides('1.0.0', surface('MessageRead', own('send')));
    const now = overrides('2.0.0', surface('MessageRead', own('read')) + surface('MessageCompose', own('send')));
    expect(ribbonOf(manifest(old, now))).toEqual({
      reading: [
        {
          label: 'Secure Messaging',
          buttons: [
            {
              id: 'o.read',
              label: 'Read Secure',
              tip: 'Shows it.',
              icon: 'https://portal.test/outlook/icon-32.png',
              href: 'https://portal.test/outlook/pane.html?show=read&manifest=2.0.0',
            },
          ],
        },
      ],
      writing: [
        { label: 'Secure Messaging', buttons: [expect.objectContaining({ id: 'o.send', label: 'Send Secure' })] },
      ],
    });
  });

  it('is the group in Outlook’s own tab where there is no other', () => {
    const group = `<OfficeTab id="TabDefault"><Group id="g"><Label resid="tab"/>${button('d', 'read')}</Group></OfficeTab>`;
    const { reading, writing } = ribbonOf(manifest('', overrides('1.0.0', surface('MessageRead', group))));
    expect(reading.map(({ label, buttons }) => [label, buttons.length])).toEqual([['Secure Messaging', 1]]);
    expect(writing).toEqual([]);
  });

  it('is empty for a manifest without buttons, and none for what is no manifest', () => {
    expect(ribbonOf('<OfficeApp/>')).toEqual({ reading: [], writing: [] });
    expect(() => ribbonOf('<!doctype html><p>')).toThrow();
  });
});
