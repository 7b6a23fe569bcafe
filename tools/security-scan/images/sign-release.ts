import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mustCosign, signingFlags, type Environment } from './cosign.ts';
import { provenanceOf } from './provenance.ts';
import type { ReleasedImage } from './release.ts';

/** Where make image-sboms puts them, and make sign takes them from. */
export const sbomPath = (folder: string, { name }: Pick<ReleasedImage, 'name'>): string =>
  join(folder, `${name}.cdx.json`);

/**
 * Signs each image by its digest, and beside it, in the registry, where it comes from and what is in it.
 *
 * @throws ClusterError PREREQUISITE_MISSING: no key, no list of what is in an image, or a registry that refuses
 */
export async function signRelease(
  images: readonly ReleasedImage[],
  sboms: string,
  environment: Environment,
  tell: (sentence: string) => void,
): Promise<void> {
  const flags = signingFlags(environment);
  const missing = images.filter((image) => !existsSync(sbomPath(sboms, image)));
  if (missing.length > 0) {
    throw new ClusterError(
      'PREREQUISITE_MISSING',
      `${missing.map(({ name }) => name).join(', ')}: no SBOM in ${sboms}`,
      {
        fix: 'Write them with make image-sboms RELEASE=<the same file>.',
      },
    );
  }
  const scratch = await mkdtemp(join(tmpdir(), 'sign-'));
  try {
    for (const image of images) {
      const predicate = join(scratch, `${image.name}.json`);
      await writeFile(predicate, JSON.stringify(provenanceOf(image, environment)));
      const { name, reference } = image;
      await mustCosign(`${name} was not signed`, ['sign', ...flags, reference]);
      const attest = (type: string, file: string) =>
        mustCosign(`${type} of ${name} was not signed`, [
          'attest',
          ...flags,
          '--type',
          type,
          '--predicate',
          file,
          reference,
        ]);
      await attest('slsaprovenance1', predicate);
      await attest('cyclonedx', sbomPath(sboms, image));
      tell(`${name}: signed, with provenance and SBOM: ${reference}`);
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
}
