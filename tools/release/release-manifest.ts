import { readFile, writeFile } from 'node:fs/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { readPinnedImage } from './image-reference.ts';

/** The images of a release. */
export const imageNames = ['gateway', 'control-plane', 'dashboard', 'cli'] as const;
export type ImageName = (typeof imageNames)[number];

const manifestBytesMax = 64 * 1024;
const image = z.string().superRefine((reference, context) => {
  try {
    readPinnedImage(reference);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
  }
});

/** What tells one release from another; records hold it, too. */
export const releaseShape = {
  version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/),
  /** The commit that it was built from. */
  revision: z.string().regex(/^[0-9a-f]{40}$/),
  builtAt: z.iso.datetime(),
  images: z.strictObject({ gateway: image, 'control-plane': image, dashboard: image, cli: image }),
};

const releaseSchema = z.strictObject(releaseShape);

/** What was built once and is promoted as it is: each image by its digest. */
export type Release = z.infer<typeof releaseSchema>;

/** @throws ClusterError CONFIG_INVALID that names what is wrong: an image by a tag, a field too many. */
export function parseRelease(text: string, where: string): Release {
  const read = releaseSchema.safeParse(parseJson(text, where));
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ClusterError('CONFIG_INVALID', `${where} is not a release: ${problems.join('; ')}`, {
    fix: 'Use the file that make release-build has written, unchanged.',
  });
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ClusterError('CONFIG_INVALID', `${where} is not JSON`, { cause: error });
  }
}

export async function readRelease(path: string): Promise<Release> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ClusterError('NOT_FOUND', `there is no release at ${path}`, {
      cause: error,
      fix: 'make release-build writes one.',
    });
  });
  if (text.length > manifestBytesMax) {
    throw new ClusterError('CONFIG_INVALID', `${path} is larger than ${manifestBytesMax} bytes, so it is no release`);
  }
  return parseRelease(text, path);
}

export async function writeRelease(path: string, release: Release): Promise<void> {
  await writeFile(path, `${JSON.stringify(parseRelease(JSON.stringify(release), path), null, 2)}\n`);
}

/** True when both would run the same bytes: names and dates may differ. */
export function runsTheSame(left: Release, right: Release): boolean {
  return imageNames.every(
    (name) => readPinnedImage(left.images[name]).digest === readPinnedImage(right.images[name]).digest,
  );
}
