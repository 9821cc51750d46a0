import { describe, expect, it } from 'vitest';
import { PORTAL } from './fakes';
import { findLink } from './notification';

const ID = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const link = `${PORTAL}/inbox/${ID}`;
const delivery = { kind: 'notification', delivery: ID };
const find = (text: string) => findLink(text, PORTAL);

describe('findLink', () => {
  it('finds the message in the portal’s own text', () => {
    expect(find(`Ben has sent you a secure message.\r\n\r\nTo read it, open this page:\r\n\r\n${link}\r\n`)).toEqual(
      delivery,
    );
    expect(find(`Read the message <${link}>\nOr copy this: ${link}.`)).toEqual(delivery);
  });

  it('finds it where Exchange has rewritten the link', () => {
    const rewritten = `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(link)}&data=05%7C01&reserved=0`;
    expect(find(`Read the message<${rewritten}>`)).toEqual(delivery);
  });

  it('takes no other portal for this one, and no host that looks like it', () => {
    for (const href of [
      `https://other.example/inbox/${ID}`,
      `https://post.clinic.example.evil.example/inbox/${ID}`,
      `https://evil.example/https://post.clinic.example/inbox/${ID}`,
      `https://evil.example/?url=${encodeURIComponent(link)}`,
      `https://post.clinic.example@evil.example/inbox/${ID}`,
      `https://evil.example@post.clinic.example/inbox/${ID}`,
      `https://post.clinic.example:8443/inbox/${ID}`,
      `http://post.clinic.example/inbox/${ID}`,
      `https://post.clinic.exаmple/inbox/${ID}`,
      `https://safelinks.protection.outlook.com.evil.example/?url=${encodeURIComponent(link)}`,
      `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(`https://evil.example/inbox/${ID}`)}`,
    ]) {
      expect(find(`Read it: ${href}`), href).toBeUndefined();
    }
  });

  it('takes no other page for a message', () => {
    for (const path of [
      '',
      '/',
      '/inbox',
      `/inbox/${ID}/more`,
      '/inbox/x',
      `/sent/${ID}`,
      '/account',
      '/register',
      '/confirm',
    ]) {
      expect(find(`See ${PORTAL}${path} here`), path).toBeUndefined();
    }
  });

  it('knows invitations, and mails that are for the browser', () => {
    expect(find(`${PORTAL}/register#c2VjcmV0`)).toEqual({ kind: 'invitation', href: `${PORTAL}/register#c2VjcmV0` });
    for (const page of ['confirm', 'alarm']) {
      expect(find(`${PORTAL}/${page}#c2VjcmV0`)).toEqual({ kind: 'other', href: `${PORTAL}/${page}#c2VjcmV0` });
    }
    expect(find(`${PORTAL}/alarm#c2VjcmV0 ${link}`)).toEqual(delivery);
  });

  it('finds nothing in an ordinary mail', () => {
    expect(find('')).toBeUndefined();
    expect(find('Lunch at noon? https:// www.example.org')).toBeUndefined();
  });
});
