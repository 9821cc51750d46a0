import { describe, expect, it } from 'vitest';
import { PORTAL } from './fakes';
import { noteOf, sealedCopy } from './note';

describe('noteOf', () => {
  const link = sealedCopy('0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', PORTAL);
  const people = {
    to: [{ name: 'Ben <b>', address: 'ben@lawyers.example' }],
    cc: [{ address: 'gina@home.example' }],
    bcc: [{ address: 'hidden@home.example' }],
    subject: 'The contract',
    text: 'Confidential',
  };
  const note = noteOf(people, Date.UTC(2026, 10, 25, 12), link);
  const said = JSON.stringify(note);

  it('says to whom, when, and where to read it', () => {
    expect(said).toContain('Ben &lt;b&gt; &lt;ben@lawyers.example&gt;, gina@home.example');
    expect(said).toContain('Nov 25, 2026');
    expect(said).toContain(`${PORTAL}/sent/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b`);
  });

  it('says nothing of what was written, nor who else got it', () => {
    expect(said).not.toContain('contract');
    expect(said).not.toContain('Confidential');
    expect(said).not.toContain('hidden@home.example');
  });
});
