import { describe, expect, it } from 'vitest';
import { readWaivers } from './waivers.ts';

const now = new Date('2026-03-01T12:00:00Z');
const entry = (change: Readonly<Record<string, string>> = {}): string =>
  Object.entries({
    id: 'CVE-2021-23337',
    package: 'lodash',
    reason: 'templates come from our own files alone',
    owner: 'platform',
    expires: '2026-05-01',
    ...change,
  })
    .map(([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: '${value}'`)
    .join('\n');
const read = (...entries: readonly string[]) => readWaivers(`waivers:\n${entries.join('\n')}`, 'waivers.yaml', now);

describe('security/waivers.yaml', () => {
  it('holds what is accepted, by whom, why, and until when', () => {
    expect(read(entry())).toEqual([expect.objectContaining({ id: 'CVE-2021-23337', expires: '2026-05-01' })]);
    expect(readWaivers('waivers: []', 'waivers.yaml', now)).toEqual([]);
  });

  it.each([
    ['without a reason worth the name', entry({ reason: 'later' }), /say in a sentence why/],
    ['without an owner', entry({ owner: '' }), /owner/],
    ['that ends on no day', entry({ expires: 'soon' }), /expires/],
    ['that ends in a year', entry({ expires: '2027-03-01' }), /more than 90 days from now/],
    ['with a word that nobody knows', entry({ severity: 'low' }), /severity/],
    ['twice', `${entry()}\n${entry({ expires: '2026-04-01' })}`, /two waivers for CVE-2021-23337 of lodash/],
  ])('refuses a waiver %s', (_name, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('refuses a file that is empty: nobody can tell it from one that was lost', () => {
    expect(() => readWaivers('', 'waivers.yaml', now)).toThrow(/waivers\.yaml/);
  });
});
