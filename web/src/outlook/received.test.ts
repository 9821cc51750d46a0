import { describe, expect, it, vi } from 'vitest';
import { PORTAL, keptOf } from './fakes';
import type { Received } from './host';
import { look } from './received';

const ID = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const anna = keptOf('Anna', 'anna@clinic.example');

const mail = (text: string, ...to: string[]): Received => ({ kind: 'received', to, text: () => Promise.resolve(text) });

function parts(kept = [anna]) {
  const ask = vi.fn(() => Promise.resolve({ addresses: anna.addresses }));
  return { origin: PORTAL, kept: () => kept, ask };
}

describe('look', () => {
  it('leads to the message where an activated account has the address', async () => {
    const given = parts();
    const item = mail(`${PORTAL}/inbox/${ID}`, 'Anna@clinic.example');
    expect(await look(item, given)).toEqual({ name: 'message', delivery: ID, kept: anna });
    expect(given.ask).toHaveBeenCalledExactlyOnceWith(anna, ['Anna@clinic.example']);
  });

  it('says whose it is where none has it', async () => {
    const item = mail(`${PORTAL}/inbox/${ID}`, 'gina@home.example');
    expect(await look(item, parts())).toEqual({ name: 'other-address', to: ['gina@home.example'] });
    expect(await look(item, parts([]))).toEqual({ name: 'nothing-activated', to: ['gina@home.example'] });
  });

  it('asks the portal for nothing where it is no notification', async () => {
    const given = parts();
    expect(await look(undefined, given)).toEqual({ name: 'no-mail' });
    expect(await look(mail('Lunch?', 'anna@clinic.example'), given)).toEqual({ name: 'not-ours' });
    expect(await look(mail(`https://evil.example/inbox/${ID}`, 'anna@clinic.example'), given)).toEqual({
      name: 'not-ours',
    });
    const invited = `${PORTAL}/register#c2VjcmV0`;
    expect(await look(mail(invited, 'anna@clinic.example'), given)).toEqual({ name: 'invitation', href: invited });
    const confirm = `${PORTAL}/confirm#c2VjcmV0`;
    expect(await look(mail(confirm, 'anna@clinic.example'), given)).toEqual({ name: 'for-browser', href: confirm });
    expect(given.ask).not.toHaveBeenCalled();
  });

  it('says what stands against its account', async () => {
    const given = { ...parts(), ask: () => Promise.resolve({ standing: 'needs-reactivation' as const }) };
    const item = mail(`${PORTAL}/inbox/${ID}`, 'anna@clinic.example');
    expect(await look(item, given)).toEqual({ name: 'stands', kept: anna, standing: 'needs-reactivation' });
  });
});
