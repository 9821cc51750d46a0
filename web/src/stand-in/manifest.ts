// The ribbon as the add-in's manifest has it: what is tried here is what Outlook would read.
import { inert } from '../features/reading/inert';

export interface Button {
  id: string;
  label: string;
  tip: string;
  icon: string | undefined;
  /** The pane that it opens. */
  href: string;
}

export interface Tab {
  label: string;
  buttons: Button[];
}

export interface Ribbon {
  reading: Tab[];
  writing: Tab[];
}

const VERSIONS = 'VersionOverrides';

/** @throws where it is no XML. */
export function ribbonOf(xml: string): Ribbon {
  const manifest = new DOMParser().parseFromString(inert(xml), 'text/xml');
  if (manifest.querySelector('parsererror')) throw new Error('the manifest is no XML');
  // Each stands within the one before it; Outlook takes the newest that it knows.
  const newest = [...manifest.getElementsByTagNameNS('*', VERSIONS)].at(-1);
  return { reading: tabs(newest, 'MessageRead'), writing: tabs(newest, 'MessageCompose') };
}

function tabs(overrides: Element | undefined, surface: string): Tab[] {
  const point = all(overrides, 'ExtensionPoint').find((each) => kind(each) === `${surface}CommandSurface`);
  // A tab of its own where there is one: the group in Outlook's own tab has the same buttons, for Outlooks without.
  const own = all(point, 'CustomTab');
  const shown = own.length > 0 ? own : all(point, 'OfficeTab');
  return shown.map((tab) => ({
    label: text(overrides, child(tab, 'Label') ?? child(child(tab, 'Group'), 'Label')),
    buttons: all(tab, 'Control')
      .filter((control) => kind(control) === 'Button')
      .map((control) => button(overrides, control)),
  }));
}

function button(overrides: Element | undefined, control: Element): Button {
  const images = all(control, 'Image');
  const image = images.find((each) => each.getAttribute('size') === '32') ?? images[0];
  return {
    id: control.getAttribute('id') ?? '',
    label: text(overrides, child(control, 'Label')),
    tip: text(overrides, child(child(control, 'Supertip'), 'Description')),
    icon: image && text(overrides, image),
    href: text(overrides, child(child(control, 'Action'), 'SourceLocation')),
  };
}

/** What the manifest's resources have under an element's `resid`. */
function text(overrides: Element | undefined, element: Element | undefined): string {
  const id = element?.getAttribute('resid');
  const resources = child(overrides, 'Resources');
  const found = [...(resources?.getElementsByTagName('*') ?? [])].find((each) => each.getAttribute('id') === id);
  return found?.getAttribute('DefaultValue') ?? '';
}

const kind = (element: Element) => element.getAttribute('xsi:type');

function all(parent: Element | undefined, name: string): Element[] {
  return [...(parent?.getElementsByTagNameNS('*', name) ?? [])];
}

function child(parent: Element | undefined, name: string): Element | undefined {
  return [...(parent?.children ?? [])].find((each) => each.localName === name);
}
