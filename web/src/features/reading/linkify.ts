// Finds the links in plain text. Only schemes that cannot run anything become links.

export type Segment = { text: string; href?: string };

const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"'\u00ab\u00bb\u201c\u201d]+|\bwww\.[^\s<>"']+\.[^\s<>"']+/gi;

export function linkify(text: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const link = trimEnd(match[0]);
    const href = safeHref(/^www\./i.test(link) ? `https://${link}` : link);
    if (!href) continue;
    if (match.index > at) segments.push({ text: text.slice(at, match.index) });
    segments.push({ text: link, href });
    at = match.index + link.length;
  }
  if (at < text.length) segments.push({ text: text.slice(at) });
  return segments;
}

/** Punctuation at the end belongs to the sentence, and a closing bracket does unless the link opened it. */
function trimEnd(link: string): string {
  let end = link.replace(/[.,;:!?…]+$/, '');
  while (/[)\]}]$/.test(end)) {
    const close = end.at(-1) ?? '';
    const open = { ')': '(', ']': '[', '}': '{' }[close] ?? '';
    if (end.split(open).length >= end.split(close).length) break;
    end = end.slice(0, -1).replace(/[.,;:!?…]+$/, '');
  }
  return end;
}

export function safeHref(text: string): string | undefined {
  try {
    const url = new URL(text);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a text, each with the depth of its quotation, as blocks of one depth. */
export function quotedBlocks(text: string): { depth: number; text: string }[] {
  const blocks: { depth: number; lines: string[] }[] = [];
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    const marks = /^(?:> ?)*/.exec(line)?.[0] ?? '';
    const depth = marks.replaceAll(' ', '').length;
    const last = blocks.at(-1);
    const rest = line.slice(marks.length);
    if (last?.depth === depth) last.lines.push(rest);
    else blocks.push({ depth, lines: [rest] });
  }
  return blocks.map(({ depth, lines }) => ({ depth, text: lines.join('\n') }));
}
