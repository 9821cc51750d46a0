import { describe, expect, it } from 'vitest';
import { en } from '../text/en';
import { Place, shows } from './place.svelte';

describe('Place', () => {
  it('is where Outlook opened the pane', () => {
    const place = new Place('?show=send&manifest=1.0.0&_host_Info=Outlook$Web');
    expect(place.show).toBe('send');
    expect(place.manifest).toBe('1.0.0');
  });

  it('is where accounts are looked after, where nothing or nonsense is asked for', () => {
    for (const search of ['', '?show=', '?show=admin']) expect(new Place(search).show).toBe('accounts');
  });

  it('leads back to where one came from', () => {
    const place = new Place('?show=read');
    place.go('updates');
    expect([place.show, place.before]).toEqual(['updates', 'read']);
    place.back();
    expect([place.show, place.before]).toEqual(['read', undefined]);
  });

  it('has the names of the tab’s buttons', () => {
    const named = Object.fromEntries(shows.map((show) => [show, en[`pane.${show}`]]));
    expect(named).toEqual({
      read: 'Read Secure',
      send: 'Send Secure',
      new: 'New Secure',
      webmail: 'Secure Webmail',
      accounts: 'Secure Accounts',
      updates: 'Check for Updates',
    });
  });
});
