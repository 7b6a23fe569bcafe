import { describe, expect, it } from 'vitest';
import { readVex } from './vex.ts';

const documentOf = (statement: object): string =>
  JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://cluster-ai.dev/vex/1',
    author: 'Cluster AI',
    timestamp: '2026-03-01T00:00:00Z',
    version: 1,
    statements: [
      {
        vulnerability: { name: 'CVE-2023-45853' },
        products: [{ '@id': 'pkg:deb/debian/zlib1g' }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_present',
        ...statement,
      },
    ],
  });

describe('a document of OpenVEX', () => {
  it('says of which package, in which version, what cannot hurt and why', () => {
    const [one] = readVex(
      documentOf({
        products: [{ '@id': 'pkg:npm/%40scope/name@1.2.3' }, { '@id': 'pkg:deb/debian/zlib1g@1%3A1.2.13?arch=amd64' }],
      }),
      'a.json',
    );
    expect(one).toMatchObject({ names: ['CVE-2023-45853'], why: 'vulnerable code not present' });
    expect(one?.products).toEqual([
      { package: '@scope/name', version: '1.2.3' },
      { package: 'zlib1g', version: '1:1.2.13' },
    ]);
  });

  it.each([
    ['not_affected without a word why', { justification: undefined }, /without a justification/],
    ['a reason that is none of the five', { justification: 'trust me' }, /justification/],
    ['a product that is no package', { products: [{ '@id': 'zlib' }] }, /no package URL/],
    ['a status that is not in the format', { status: 'harmless' }, /status/],
  ])('is refused with %s', (_name, change, message) => {
    expect(() => readVex(documentOf(change), 'a.json')).toThrow(message);
  });
});
