// The text of a message as Outlook has it, made into that of a letter: what readers would be shown of it, and no more.
import type { WindowLike } from 'dompurify';
import { inert } from '../features/reading/inert';
import { sanitise } from '../features/reading/sanitise';
import type { Attached } from './host';

export interface LetterText {
  text: string;
  /** Where it says more than the text alone. */
  html: string | undefined;
  /** How many things were left out of it that are not in the text itself, images above all. */
  removed: number;
}

/** What makes a text more than its words. Outlook wraps the plainest one into paragraphs and boxes. */
const FORMATTING =
  'a, b, strong, i, em, u, s, strike, ul, ol, table, img, h1, h2, h3, h4, h5, h6, blockquote, pre, code';

/**
 * Images within the text are taken out of it. Those of the message itself are among its files, and are sealed as such;
 * those that lie elsewhere are left out, since whoever has them would learn when they are looked at.
 */
export function letterText({ text, html }: { text: string; html: string }, window: Window & WindowLike): LetterText {
  const { html: clean, removed } = sanitise(html, window);
  const { body } = new window.DOMParser().parseFromString(inert(clean), 'text/html');
  const plain = text.replaceAll('\r\n', '\n').trimEnd();
  return { text: plain, html: body.querySelector(FORMATTING) ? clean : undefined, removed };
}

/** How many of what was left out of the text are not sealed as files either: each inline one stands for an image there. */
export function leftElsewhere(removed: number, files: readonly Attached[]): number {
  return Math.max(0, removed - files.filter(({ inline }) => inline).length);
}
