import { mount } from 'svelte';
import '../style/tokens.css';
import '../style/base.css';
import '../style/controls.css';
import type { DraftWritten } from './draft.svelte';
import { Outlook, type Mail } from './outlook.svelte';
import StandIn from './StandIn.svelte';

declare global {
  interface Window {
    /**
     * For tests that have a real mail system instead of a demonstration: they bring the mails, and press the buttons as a
     * person does.
     *
     * - `receive` puts a mail into the inbox that it went to, and opens it.
     * - `write` opens a message that is written so far. Its files are `{ name, file: File }`, or in Office's words
     *   `{ name, content, format: 'base64' | 'eml' | 'iCalendar' | 'url' }`.
     */
    standIn?: { receive(mail: Mail): void; write(draft?: DraftWritten): void };
  }
}

const target = document.getElementById('app');
if (target) {
  const outlook = new Outlook();
  window.standIn = {
    receive: (mail) => outlook.receive(mail),
    write: (draft) => outlook.write(draft),
  };
  mount(StandIn, { target, props: { outlook } });
  void outlook.start();
}
