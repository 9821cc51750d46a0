// Between plain text and the editor's document. Who reads plain text gets the same letter, with marks of the keyboard.
import { getSchema, type Extensions } from '@tiptap/core';
import { DOMParser as DocumentParser } from '@tiptap/pm/model';
import { inert } from '../reading/inert';
import { quotedBlocks } from '../reading/linkify';

/** A node of the editor's document, as ProseMirror writes it to JSON. */
export interface Node {
  type: string;
  text?: string;
  content?: Node[];
  attrs?: Record<string, unknown>;
  marks?: { type: string; attrs?: Record<string, unknown> }[];
}

/** A document for a text: blank lines part paragraphs, quoted lines become quotations. */
export function fromText(text: string): Node {
  const content = quotedBlocks(text).flatMap(({ depth, text: block }) => {
    let nodes = paragraphs(block);
    for (let level = 0; level < depth; level += 1) nodes = [{ type: 'blockquote', content: nodes }];
    return nodes;
  });
  return { type: 'doc', content };
}

function paragraphs(text: string): Node[] {
  return text.split(/\n{2}/).map((paragraph) => {
    const content = paragraph
      .split('\n')
      .flatMap((line, at): Node[] => [
        ...(at > 0 ? [{ type: 'hardBreak' }] : []),
        ...(line ? [{ type: 'text', text: line }] : []),
      ]);
    return content.length > 0 ? { type: 'paragraph', content } : { type: 'paragraph' };
  });
}

/** A document for a formatted text, which an editor would parse by itself, as the page's policy lets it not. */
export function fromHtml(html: string, extensions: Extensions): Node {
  const { body } = new DOMParser().parseFromString(inert(html), 'text/html');
  return DocumentParser.fromSchema(getSchema(extensions)).parse(body).toJSON() as Node;
}

/** The text of a document. Lists keep their signs, quotations theirs, and links their address. */
export function toText(node: Node): string {
  return blocks(node).join('\n').replace(/\n+$/, '');
}

function blocks({ content = [] }: Node): string[] {
  const lines: string[] = [];
  for (const [at, child] of content.entries()) {
    const before = content[at - 1];
    if (before && isText(before) && isText(child)) lines.push('');
    lines.push(...block(child));
  }
  return lines;
}

/** A paragraph stands apart from the next; a quotation or list follows what introduces it. */
const isText = ({ type }: Node) => type === 'paragraph';

function block(node: Node): string[] {
  switch (node.type) {
    case 'blockquote':
      return blocks(node).map((line) => (line.startsWith('>') ? `>${line}` : line ? `> ${line}` : '>'));
    case 'bulletList':
      return items(node, () => '- ');
    case 'orderedList': {
      const start = Number(node.attrs?.['start'] ?? 1);
      return items(node, (at) => `${start + at}. `);
    }
    default:
      return inline(node).split('\n');
  }
}

function items({ content = [] }: Node, sign: (at: number) => string): string[] {
  return content.flatMap((item, at) =>
    blocks(item)
      .filter((line) => line !== '')
      .map((line, row) => (row === 0 ? sign(at) : ' '.repeat(sign(at).length)) + line),
  );
}

function inline({ content = [] }: Node): string {
  return content
    .map((child) => {
      if (child.type === 'hardBreak') return '\n';
      const href = child.marks?.find(({ type }) => type === 'link')?.attrs?.['href'];
      const text = child.text ?? '';
      return typeof href === 'string' && href.replace(/^mailto:/, '') !== text ? `${text} <${href}>` : text;
    })
    .join('');
}

/** Whether a document says more than its plain text does; only then is it sent as HTML too. */
export function hasFormatting(node: Node): boolean {
  if (node.marks?.length) return true;
  if (node.type === 'bulletList' || node.type === 'orderedList') return true;
  return node.content?.some(hasFormatting) ?? false;
}
