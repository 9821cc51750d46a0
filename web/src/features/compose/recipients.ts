// Addresses as people type and paste them.
import type { Addressee as Named, Mailbox } from '../../vault/protocol';

/** Somebody a message goes to, by name where they have one. */
export type Addressee = Mailbox & Named;

/** Of the portal's rules for an address those that catch slips of the finger; the portal itself checks the rest. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || local.length > 64 || text.length > 254) return false;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\s\u0000-\u001f()<>[\]:;@\\,"]/.test(local) || local.split('.').includes('')) return false;
  return /^[^\s@.<>()[\],;:"\\]+(?:\.[^\s@.<>()[\],;:"\\]+)+$/.test(domain);
}

/** The form in which two addresses are compared: case and the domain's script make no difference. */
export function canonical(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at).normalize('NFC').toLowerCase();
  const domain = address.slice(at + 1).toLowerCase();
  try {
    return `${local}@${new URL(`http://${domain}`).hostname}`;
  } catch {
    return `${local}@${domain}`;
  }
}

export interface Parsed {
  recipients: Mailbox[];
  /** What is no address, as it was typed. */
  bad: string[];
}

/** Takes `a@x.test`, `Anna <a@x.test>`, `"Smith, Anna" <a@x.test>` and lists of them, parted by comma, semicolon or line. */
export function parseRecipients(text: string): Parsed {
  const parsed: Parsed = { recipients: [], bad: [] };
  for (const part of split(text)) {
    const named = /^(.*)<([^<>]*)>$/s.exec(part);
    const address = (named?.[2] ?? part).trim().replace(/^mailto:/i, '');
    const name = (named?.[1] ?? '')
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('\\"', '"')
      .trim();
    if (!isAddress(address)) parsed.bad.push(part);
    else parsed.recipients.push(name ? { name, address } : { address });
  }
  return parsed;
}

function split(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (!quoted && /[,;\n\r]/.test(character)) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  parts.push(part);
  // Several bare addresses are also parted by blanks.
  return parts
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .flatMap((each) => {
      const words = each.split(/\s+/);
      return words.length > 1 && words.every(isAddress) ? words : [each];
    });
}

/** `more` added to `recipients`, each address once. */
export function addTo(recipients: readonly Addressee[], more: readonly Addressee[]): Addressee[] {
  const seen = new Set(recipients.map(({ address }) => canonical(address)));
  const result = [...recipients];
  for (const recipient of more) {
    if (seen.has(canonical(recipient.address))) continue;
    seen.add(canonical(recipient.address));
    result.push(recipient);
  }
  return result;
}

export function without<Person extends Mailbox>(recipients: readonly Person[], addresses: readonly string[]): Person[] {
  const gone = new Set(addresses.map(canonical));
  return recipients.filter(({ address }) => !gone.has(canonical(address)));
}
