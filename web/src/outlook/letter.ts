// The text of a message as Outlook has it, made into that of a letter: what readers would be shown of it, and no more.
import type { WindowLike } from 'dompurify';
import { sanitise } from '../features/reading/sanitise';

export interface LetterText {
  text: string;
  /** Where it says more than the text alone. */
  html: string | undefined;
}

/** What makes a text more than its words. Outlook wraps the plainest one into paragraphs and boxes. */
const FORMATTING =
  'a, b, strong, i, em, u, s, strike, ul, ol, table, img, h1, h2, h3, h4, h5, h6, blockquote, pre, code';

/** Images within the text are taken out of it: what they refer to is sealed as files. */
export function letterText({ text, html }: { text: string; html: string }, window: Window & WindowLike): LetterText {
  const clean = sanitise(html, window).html;
  const { body } = new window.DOMParser().parseFromString(clean, 'text/html');
  const plain = text.replaceAll('\r\n', '\n').trimEnd();
  return { text: plain, html: body.querySelector(FORMATTING) ? clean : undefined };
}
