import { parseRelease } from '../../release/release-manifest.ts';

/** One image of a release. */
export interface ReleasedImage {
  readonly name: string;
  /** By digest. */
  readonly reference: string;
  readonly version: string;
  readonly revision: string;
  readonly builtAt: string;
}

/** @throws ClusterError CONFIG_INVALID when it is no release.json, or names an image by a tag. */
export function imagesOfRelease(text: string, path: string): ReleasedImage[] {
  const { images, version, revision, builtAt } = parseRelease(text, path);
  return Object.entries(images).map(([name, reference]) => ({ name, reference, version, revision, builtAt }));
}
