import type { Release } from './release-manifest.ts';

/** For tests: a digest of one letter. */
export const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;

/** For tests: a release whose images all have the digest of one letter. */
export function releaseOf(letter: string, registry = 'registry.example.com/'): Release {
  const image = (name: string): string => `${registry}cluster-ai/${name}@${digestOf(letter)}`;
  return {
    version: '1.2.3',
    revision: 'c'.repeat(40),
    builtAt: '2026-01-02T03:04:05.000Z',
    images: {
      gateway: image('gateway'),
      'control-plane': image('control-plane'),
      dashboard: image('dashboard'),
      cli: image('cli'),
    },
  };
}
