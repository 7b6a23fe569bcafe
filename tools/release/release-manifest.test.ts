import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPinnedImage, readPinnedImage } from './image-reference.ts';
import { digestOf, releaseOf } from './release-fixture.ts';
import { parseRelease, runsTheSame } from './release-manifest.ts';

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
  expect(readPinnedImage(`a/b:1.0@${digestOf('a')}`)).toEqual({ repository: 'a/b', digest: digestOf('a') });
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
  const other = { ...releaseOf('a'), images: { ...releaseOf('a').images, cli: `x/cli@${digestOf('b')}` } };
  expect(runsTheSame(releaseOf('a'), other)).toBe(false);
});
