import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPinnedImage, readPinnedImage } from './image-reference.ts';
import { parseRelease, runsTheSame, type Release } from './release-manifest.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

function releaseOf(letter: string, registry = 'registry.example.com:5000/team/'): Release {
  const image = (name: string): string => `${registry}cluster-ai/${name}@${digest(letter)}`;
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

test('a release is read as it was written', () => {
  expect(parseRelease(JSON.stringify(releaseOf('a')), 'release.json')).toEqual(releaseOf('a'));
});

test.each([
  'registry.example.com/cluster-ai/gateway:1.2.3',
  'registry.example.com/cluster-ai/gateway',
  'gateway:latest',
])('an image that may be another tomorrow is refused: %s', (gateway) => {
  const release = { ...releaseOf('a'), images: { ...releaseOf('a').images, gateway } };
  expect(() => parseRelease(JSON.stringify(release), 'release.json')).toThrow(
    `images.gateway: '${gateway}' names no digest: what it means may change.`,
  );
});

test('so is a release with a field too many, without an image, or that is no JSON', () => {
  expect(() => parseRelease(JSON.stringify({ ...releaseOf('a'), force: true }), 'release.json')).toThrow('force');
  const { cli: _missing, ...images } = releaseOf('a').images;
  expect(() => parseRelease(JSON.stringify({ ...releaseOf('a'), images }), 'release.json')).toThrow('images.cli');
  expect(() => parseRelease('', 'release.json')).toThrow('release.json is not JSON');
});

test('a tag beside a digest is dropped, and a pinned image is written as it was read', () => {
  expect(readPinnedImage(`a/b:1.0@${digest('a')}`)).toEqual({ repository: 'a/b', digest: digest('a') });
  const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[0-9a-f]{64}$/), (words, hex) => {
      const image = `${words.join('/')}@sha256:${hex}`;
      expect(formatPinnedImage(readPinnedImage(image))).toBe(image);
    }),
  );
});

test('two releases are the same by their digests, wherever the images lie', () => {
  expect(runsTheSame(releaseOf('a'), { ...releaseOf('a', 'mirror.example.com/'), version: '9.9.9' })).toBe(true);
  const other = { ...releaseOf('a'), images: { ...releaseOf('a').images, cli: `x/cli@${digest('b')}` } };
  expect(runsTheSame(releaseOf('a'), other)).toBe(false);
});
