import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';

const reference = z
  .string()
  .regex(/^[^\s@]+@sha256:[0-9a-f]{64}$/, 'is no reference by digest (name@sha256:…): a tag can be moved');

/** What make release-build writes: the images of one version, each by its digest. */
const release = z.object({
  version: z.string().min(1),
  revision: z.string().regex(/^[0-9a-f]{40}$/),
  builtAt: z.iso.datetime({ offset: true }),
  images: z.record(z.string(), reference).refine((images) => Object.keys(images).length > 0, 'there is no image in it'),
});

export interface ReleasedImage {
  readonly name: string;
  /** By digest. */
  readonly reference: string;
  readonly version: string;
  readonly revision: string;
  readonly builtAt: string;
}

/** @throws ClusterError CONFIG_INVALID when it is no release.json, or names an image by a tag. */
export function readRelease(text: string, path: string): ReleasedImage[] {
  const read = release.safeParse(JSON.parse(text));
  if (!read.success) throw new ClusterError('CONFIG_INVALID', `${path}: ${z.prettifyError(read.error)}`);
  const { images, version, revision, builtAt } = read.data;
  return Object.entries(images).map(([name, image]) => ({ name, reference: image, version, revision, builtAt }));
}
