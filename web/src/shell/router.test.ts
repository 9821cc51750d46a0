import { describe, expect, it } from 'vitest';
import { hasSecret, hrefOf, parseRoute } from './router';

const id = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

function at(path: string) {
  const { pathname, search, hash } = new URL(path, 'https://portal.test');
  return parseRoute({ pathname, search, hash });
}

describe('parseRoute', () => {
  it('knows every page', () => {
    expect(at('/')).toEqual({ page: 'home' });
    expect(at('/sign-in')).toEqual({ page: 'sign-in' });
    expect(at('/register#c2VjcmV0')).toEqual({ page: 'register', token: 'c2VjcmV0' });
    expect(at('/inbox/')).toEqual({ page: 'folder', folder: 'inbox' });
    expect(at(`/sent/${id}`)).toEqual({ page: 'folder', folder: 'sent', delivery: id });
    expect(at('/compose')).toEqual({ page: 'compose' });
    expect(at(`/compose?reply-all=${id}`)).toEqual({
      page: 'compose',
      answering: { how: 'reply-all', delivery: id },
    });
    expect(at('/account')).toEqual({ page: 'account' });
    expect(at('/confirm#c2VjcmV0')).toEqual({ page: 'confirm', token: 'c2VjcmV0' });
    expect(at('/alarm#c2VjcmV0')).toEqual({ page: 'alarm', token: 'c2VjcmV0' });
    expect(at('/device#c2VjcmV0')).toEqual({ page: 'device', token: 'c2VjcmV0' });
    expect(at('/hand-over#c2VjcmV0')).toEqual({ page: 'hand-over', token: 'c2VjcmV0' });
    expect(at('/aliases')).toEqual({ page: 'aliases' });
    expect(at('/activations')).toEqual({ page: 'activations' });
    expect(at('/keyrings')).toEqual({ page: 'keyrings' });
    expect(at('/admin')).toEqual({ page: 'admin' });
    expect(at('/outlook')).toEqual({ page: 'outlook' });
    expect(at('/outlook/')).toEqual({ page: 'outlook' });
    expect(at('/admin/programs')).toEqual({ page: 'admin', programs: true });
    expect(at(`/admin/accounts/${id}`)).toEqual({ page: 'admin', account: id });
  });

  it('finds nothing at other paths', () => {
    for (const path of [
      '/nowhere',
      '/inbox/x',
      `/inbox/${id}/more`,
      '/sign-in/x',
      '/account/1',
      '/confirm/x',
      '/device/x',
      '/hand-over/x',
      '/activations/x',
      '/keyrings/x',
      '/admin/programs/x',
      '/admin/accounts',
      '/admin/accounts/x',
      `/admin/accounts/${id}/more`,
      `/admin/${id}`,
      '/outlook/x',
      '//evil.test/x',
    ]) {
      expect(at(path), path).toEqual({ page: 'not-found' });
    }
  });

  it('ignores an answer to what is no delivery', () => {
    expect(at('/compose?reply=../../x')).toEqual({ page: 'compose' });
  });
});

describe('hrefOf', () => {
  it('is the inverse', () => {
    for (const path of [
      '/',
      '/sign-in',
      '/inbox',
      `/inbox/${id}`,
      '/compose',
      `/compose?forward=${id}`,
      '/aliases',
      '/activations',
      '/keyrings',
      '/admin',
      '/outlook',
      '/admin/programs',
      `/admin/accounts/${id}`,
    ]) {
      const route = at(path);
      if (route.page === 'not-found' || hasSecret(route)) throw new Error(path);
      expect(hrefOf(route)).toBe(path);
    }
  });
});
