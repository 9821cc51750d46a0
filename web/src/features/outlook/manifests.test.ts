// The manifests that the portal makes, as its own tests keep them, against what Microsoft says of manifests. Nothing here
// reaches a network: Microsoft's online validator checks more, and needs a portal that it can reach.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppManifestUtils, type TeamsManifest } from '@microsoft/app-manifest';
import { JSDOM } from 'jsdom';
import { OfficeAddinManifest } from 'office-addin-manifest';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A snapshot without the head that insta writes. */
function kept(name: string): string {
  const text = readFileSync(join(root, `crates/portal/tests/it/snapshots/outlook-${name}.snap`), 'utf8');
  return text.slice(text.indexOf('---\n', 4) + 4);
}

/** The same in a file of its name, for whoever reads files. */
function inFile(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, kept(name));
  return path;
}

/** Width and height of a PNG, from its head (https://www.w3.org/TR/png/#11IHDR). */
function size(path: string): [number, number] {
  const bytes = readFileSync(join(root, 'web/public/outlook', path));
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

const ORIGIN = 'https://portal.example.test';
const iconOf = (url: string | null) => {
  expect(url).toMatch(new RegExp(`^${ORIGIN}/outlook/icon-\\d+\\.png$`));
  return size((url ?? '').replace(`${ORIGIN}/outlook/`, ''));
};

const READING = ['Read Secure', 'New Secure', 'Secure Webmail', 'Secure Accounts', 'Check for Updates'];
const WRITING = ['Send Secure', 'Secure Webmail', 'Secure Accounts', 'Check for Updates'];

describe('the add-in only manifest', () => {
  const text = kept('manifest.xml');
  const { window } = new JSDOM(text, { contentType: 'text/xml' });
  const app = window.document.documentElement;
  const all = (selector: string, within: ParentNode = app) => [...within.querySelectorAll(selector)];
  const one = (selector: string, within: ParentNode = app) => {
    const found = within.querySelector(selector);
    if (!found) throw new Error(`no ${selector}`);
    return found;
  };
  const child = (parent: Element, name: string) => [...parent.children].find((each) => each.localName === name);
  const names = (parent: Element) => [...parent.children].map((each) => each.localName);
  const kind = (element: Element) => element.getAttributeNS('http://www.w3.org/2001/XMLSchema-instance', 'type');
  const layers = all('VersionOverrides');

  it('is read by Microsoft’s own tool', async () => {
    const manifest = await OfficeAddinManifest.readManifestFile(inFile('manifest.xml'));
    expect(manifest).toMatchObject({
      officeAppType: 'MailApp',
      displayName: 'Clinic Post',
      version: '1.0.0.0',
      hosts: ['Mailbox'],
      permissions: 'ReadWriteItem',
      defaultLocale: 'en-US',
    });
  });

  // https://learn.microsoft.com/office/dev/add-ins/develop/manifest-element-ordering, for mail add-ins. Lower down it is
  // what the schemas of MS-OWEMXML say.
  const ORDER: Record<string, readonly string[]> = {
    OfficeApp: [
      'Id',
      'Version',
      'ProviderName',
      'DefaultLocale',
      'DisplayName',
      'Description',
      'IconUrl',
      'HighResolutionIconUrl',
      'SupportUrl',
      'AppDomains',
      'Hosts',
      'Requirements',
      'FormSettings',
      'Permissions',
      'Rule',
      'DisableEntityHighlighting',
      'VersionOverrides',
    ],
    DesktopSettings: ['SourceLocation', 'RequestedHeight'],
    VersionOverrides: ['Requirements', 'Hosts', 'Resources', 'VersionOverrides'],
    ExtensionPoint: ['OfficeTab', 'CustomTab'],
    OfficeTab: ['Group'],
    CustomTab: ['Group', 'Label'],
    Group: ['Label', 'Control'],
    Control: ['Label', 'Supertip', 'Icon', 'Action'],
    Supertip: ['Title', 'Description'],
    Action: ['SourceLocation', 'SupportsPinning'],
    Resources: ['Images', 'Urls', 'ShortStrings', 'LongStrings'],
  };
  const OPTIONAL = new Set(['VersionOverrides', 'SupportsPinning']);

  it.each(Object.keys(ORDER))('has in each %s what belongs there, in the order of the schema', (name) => {
    const order = ORDER[name] ?? [];
    const elements = name === 'OfficeApp' ? [app] : all(name);
    expect(elements).not.toHaveLength(0);
    for (const element of elements) {
      const found = names(element);
      expect([...found].sort((a, b) => order.indexOf(a) - order.indexOf(b))).toEqual(found);
      expect(found.filter((each) => !order.includes(each))).toEqual([]);
      expect(order.filter((each) => !found.includes(each) && !OPTIONAL.has(each))).toEqual([]);
    }
  });

  it('has its two layers, the inner for an Outlook that can do more', () => {
    expect(layers.map((layer) => [layer.namespaceURI, kind(layer)])).toEqual([
      ['http://schemas.microsoft.com/office/mailappversionoverrides', 'VersionOverridesV1_0'],
      ['http://schemas.microsoft.com/office/mailappversionoverrides/1.1', 'VersionOverridesV1_1'],
    ]);
    const [outer, inner] = layers;
    if (!outer || !inner) throw new Error('layers');
    expect(inner.parentElement).toBe(outer);
    const least = (layer: Element) => Number(one('Requirements > *', layer).getAttribute('DefaultMinVersion'));
    expect(Number(one('Requirements > Sets > Set').getAttribute('MinVersion'))).toBeLessThanOrEqual(least(outer));
    expect(least(outer)).toBeLessThan(least(inner));
    // What belongs to the inner one alone.
    expect(all('SupportsPinning').every((each) => inner.contains(each))).toBe(true);
  });

  it('has texts of the lengths that Microsoft allows', () => {
    const length = (name: string) => one(name).getAttribute('DefaultValue')?.length;
    expect(length('DisplayName')).toBeLessThanOrEqual(125);
    expect(length('OfficeApp > Description')).toBeLessThanOrEqual(250);
    expect(one('ProviderName').textContent?.length).toBeLessThanOrEqual(125);
    for (const string of all('ShortStrings > String')) {
      expect(string.getAttribute('DefaultValue')?.length).toBeLessThanOrEqual(125);
    }
    for (const string of all('LongStrings > String')) {
      expect(string.getAttribute('DefaultValue')?.length).toBeLessThanOrEqual(250);
    }
    expect(one('Version').textContent).toMatch(/^\d{1,5}(\.\d{1,5}){3}$/);
    expect(one('Id').textContent).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const height = Number(one('RequestedHeight').textContent);
    expect(height >= 32 && height <= 450).toBe(true);
  });

  it('refers to nothing that it has not, and has nothing that it does not refer to', () => {
    for (const layer of layers) {
      const resources = child(layer, 'Resources');
      const hosts = child(layer, 'Hosts');
      if (!resources || !hosts) throw new Error('a layer without resources');
      const ids = (list: string) => all(`${list} > *`, resources).map((each) => each.getAttribute('id') ?? '');
      const every = ids('Images').concat(ids('Urls'), ids('ShortStrings'), ids('LongStrings'));
      expect(new Set(every).size).toBe(every.length);
      for (const id of every) expect(id.length).toBeLessThanOrEqual(32);
      const refer = (selector: string) => all(selector, hosts).map((each) => each.getAttribute('resid') ?? '');
      const within = (list: string, ...selectors: string[]) => {
        for (const resid of selectors.flatMap(refer)) expect(ids(list)).toContain(resid);
      };
      within('Images', 'Icon > *');
      within('Urls', 'SourceLocation');
      within('ShortStrings', 'Label', 'Supertip > Title');
      within('LongStrings', 'Supertip > Description');
    }
    const inner = layers.at(-1);
    const used = new Set(all('[resid]', inner).map((each) => each.getAttribute('resid')));
    for (const each of all('Resources > * > *', inner)) expect(used).toContain(each.getAttribute('id'));
  });

  it('has ids that are unique in each layer', () => {
    for (const layer of layers) {
      const hosts = child(layer, 'Hosts');
      const ids = all('[id]', hosts)
        .map((each) => each.getAttribute('id') ?? '')
        .filter((id) => id !== 'TabDefault');
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id.length).toBeLessThanOrEqual(125);
    }
  });

  it('has icons of the sizes that it says', () => {
    // Of a mail add-in: https://learn.microsoft.com/javascript/api/manifest/iconurl and highresolutioniconurl.
    expect(iconOf(one('IconUrl').getAttribute('DefaultValue'))).toEqual([64, 64]);
    expect(iconOf(one('HighResolutionIconUrl').getAttribute('DefaultValue'))).toEqual([128, 128]);
    for (const icon of all('Control > Icon')) {
      expect([...icon.children].map((image) => image.getAttribute('size'))).toEqual(['16', '32', '80']);
    }
    for (const layer of layers) {
      for (const image of all('Control > Icon > *', layer)) {
        const resource = one(`Images > [id="${image.getAttribute('resid') ?? ''}"]`, layer);
        const side = Number(image.getAttribute('size'));
        expect(iconOf(resource.getAttribute('DefaultValue'))).toEqual([side, side]);
      }
    }
  });

  it('leads to this portal alone, and never in clear', () => {
    const urls = [...text.matchAll(/"(\w+:[^"]*)"/g)].map(([, url]) => url ?? '');
    const own = urls.filter((url) => !url.startsWith('http://schemas.microsoft.com/') && !url.includes('www.w3.org'));
    expect(own).not.toHaveLength(0);
    for (const url of own) expect(url.startsWith(`${ORIGIN}/outlook/`)).toBe(true);
    expect(all('AppDomain').map((each) => each.textContent)).toEqual([ORIGIN]);
  });

  it('has the buttons, on the tab of every Outlook and on one of its own', () => {
    const label = (layer: Element, element: Element) => {
      const resid = child(element, 'Label')?.getAttribute('resid') ?? '';
      return one(`ShortStrings > [id="${resid}"]`, layer).getAttribute('DefaultValue');
    };
    const surfaces = layers.map((layer) => {
      const hosts = child(layer, 'Hosts');
      return all('ExtensionPoint', hosts).map((surface) => {
        const tabs = [...surface.children].map((tab) => {
          // https://learn.microsoft.com/javascript/api/manifest/officetab: one group, of up to six.
          expect(all('Group', tab)).toHaveLength(1);
          expect(label(layer, one('Group', tab))).toBe('Secure Messaging');
          expect(all('Control', tab).length).toBeLessThanOrEqual(6);
          return all('Control', tab).map((control) => label(layer, control));
        });
        const own = one('CustomTab', surface);
        expect(label(layer, own)).toBe('Secure Messaging');
        expect(one('OfficeTab', surface).id).toBe('TabDefault');
        expect(tabs[0]).toEqual(tabs[1]);
        return [kind(surface), tabs[0]];
      });
    });
    expect(surfaces).toEqual([
      [['MessageReadCommandSurface', READING]],
      [
        ['MessageReadCommandSurface', READING],
        ['MessageComposeCommandSurface', WRITING],
      ],
    ]);
  });

  it('opens the pane, each button at a page of its own, and runs no function', () => {
    for (const action of all('Action')) expect(kind(action)).toBe('ShowTaskpane');
    expect(all('FunctionFile')).toHaveLength(0);
    const pages = all('Urls > *', layers[0]).map((each) => new URL(each.getAttribute('DefaultValue') ?? ''));
    const shown = new Set(pages.map((page) => page.searchParams.get('show')));
    expect(shown).toEqual(new Set(['read', 'new', 'send', 'webmail', 'accounts', 'updates']));
    const version = one('Version').textContent?.replace(/\.0$/, '');
    for (const page of pages) {
      expect(page.pathname).toBe('/outlook/pane.html');
      expect(page.searchParams.get('manifest')).toBe(version);
    }
  });
});

describe('the unified manifest', () => {
  type Icon = { size: number; url: string };
  type Control = { id: string; label: string; actionId: string; icons: Icon[] };
  type Group = { id: string; label: string; icons: Icon[]; controls: Control[] };
  type Tab = { id?: string; label?: string; builtInTabId?: string; groups: Group[] };
  type Unified = {
    manifestVersion: string;
    $schema: string;
    id: string;
    icons: { color: string; outline: string };
    extensions: [
      {
        runtimes: { id: string; code: { page: string }; actions: { id: string }[] }[];
        ribbons: { contexts: string[]; tabs: Tab[] }[];
        alternates: [{ hide: { customOfficeAddin: { officeAddinId: string } } }];
      },
    ];
  };
  const unified = JSON.parse(kept('manifest.json')) as Unified;
  const [extension] = unified.extensions;
  const groups = extension.ribbons.flatMap(({ tabs }) => tabs).flatMap((tab) => tab.groups);
  const controls = groups.flatMap((group) => group.controls);
  const schemas = createRequire(import.meta.url).resolve('@microsoft/app-manifest/package.json');

  // Its own version of the schema, and the newest that Microsoft's package has.
  it.each([unified.manifestVersion, '1.30'])('is valid by version %s of Microsoft’s schema', async (version) => {
    const path = join(schemas, `../build/json-schemas/teams/v${version}/MicrosoftTeams.schema.json`);
    const schema = JSON.parse(readFileSync(path, 'utf8')) as never;
    const place = `https://developer.microsoft.com/json-schemas/teams/v${version}/MicrosoftTeams.schema.json`;
    const manifest = { ...unified, manifestVersion: version, $schema: place } as unknown as TeamsManifest;
    expect(await AppManifestUtils.validateAgainstSchema(manifest, schema)).toEqual([]);
    const wrong = { ...manifest, accentColor: 'teal' } as unknown as TeamsManifest;
    expect(await AppManifestUtils.validateAgainstSchema(wrong, schema)).not.toEqual([]);
  });

  it('is read by Microsoft’s own tool', async () => {
    const manifest = await OfficeAddinManifest.readManifestFile(inFile('manifest.json'));
    expect(manifest).toMatchObject({ displayName: 'Clinic Post', version: '1.0.0', id: unified.id });
  });

  it('has the buttons, on the tab of every Outlook and on one of its own', () => {
    const labels = (tab: Tab) => tab.groups.map((group) => [group.label, group.controls.map(({ label }) => label)]);
    expect(extension.ribbons.map(({ contexts, tabs }) => [contexts, tabs.map(labels)])).toEqual([
      [['mailRead'], [[['Secure Messaging', READING]], [['Secure Messaging', READING]]]],
      [['mailCompose'], [[['Secure Messaging', WRITING]], [['Secure Messaging', WRITING]]]],
    ]);
    for (const { tabs } of extension.ribbons) {
      expect(tabs.map((tab) => tab.builtInTabId ?? tab.label)).toEqual(['TabDefault', 'Secure Messaging']);
    }
  });

  it('has unique ids, and an action for each button', () => {
    const actions = extension.runtimes.flatMap((runtime) => runtime.actions.map(({ id }) => id));
    for (const ids of [
      actions,
      extension.runtimes.map(({ id }) => id),
      groups.map(({ id }) => id),
      controls.map(({ id }) => id),
    ]) {
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id.length).toBeLessThanOrEqual(64);
    }
    expect(new Set(controls.map(({ actionId }) => actionId))).toEqual(new Set(actions));
  });

  it('has icons of the sizes that it says', () => {
    for (const { icons } of [...groups, ...controls]) {
      expect(icons.map(({ size: side }) => side)).toEqual([16, 32, 80]);
      for (const { size: side, url } of icons) expect(iconOf(url)).toEqual([side, side]);
    }
    expect(unified.icons).toEqual({ color: 'color.png', outline: 'outline.png' });
    expect(size('icon-192.png')).toEqual([192, 192]);
    expect(size('outline-32.png')).toEqual([32, 32]);
  });

  it('opens the pages that the other opens, and hides that', () => {
    const other = kept('manifest.xml');
    for (const { code } of extension.runtimes) expect(other).toContain(code.page.replace('&', '&amp;'));
    const hidden = extension.alternates[0].hide.customOfficeAddin.officeAddinId;
    expect(other).toContain(`<Id>${hidden}</Id>`);
    expect(hidden).not.toBe(unified.id);
  });
});
