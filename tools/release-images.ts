import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mustCosign } from './security-scan/images/cosign.ts';
import { writeImageSbom } from './security-scan/images/image-sbom.ts';
import { imageLayout } from './security-scan/images/oci-layout.ts';
import { imagesOfRelease, type ReleasedImage } from './security-scan/images/release.ts';
import { sbomPath, signRelease } from './security-scan/images/sign-release.ts';
import { refusalsOf } from './security-scan/images/verify-release.ts';

// make image-sboms, sign, verify, signing-key: node tools/release-images.ts <sboms|sign|verify|key> [--release release.json]
// [--sboms security-report/sboms] [--folder secrets/signing]

const OWNER_ONLY = 0o600;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      release: { type: 'string', default: '' },
      sboms: { type: 'string', default: 'security-report/sboms' },
      folder: { type: 'string', default: 'secrets/signing' },
    },
  });
  const [command] = positionals;
  if (command === 'key') return makeKey(resolve(values.folder));
  const sboms = resolve(values.sboms);
  const images = await released(values.release);
  if (command === 'sboms') await writeSboms(images, sboms);
  else if (command === 'sign') await signRelease(images, sboms, process.env, console.log);
  else if (command === 'verify') return verify(images);
  else throw new ClusterError('INVALID_ARGUMENT', `there is no command '${String(command)}': sboms, sign, verify, key`);
  return 0;
}

async function released(path: string): Promise<ReleasedImage[]> {
  const fix = 'Name the file that make release-build wrote: RELEASE=release.json.';
  if (path === '') throw new ClusterError('PREREQUISITE_MISSING', 'no release was named', { fix });
  const text = await readFile(path, 'utf8').catch(() => {
    throw new ClusterError('PREREQUISITE_MISSING', `${path} cannot be read`, { fix });
  });
  return imagesOfRelease(text, path);
}

async function writeSboms(images: readonly ReleasedImage[], sboms: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'image-sboms-'));
  try {
    for (const image of images) {
      const layout = await imageLayout(`docker://${image.reference}`, scratch);
      await writeImageSbom(layout, image.reference, 'cyclonedx-json', sbomPath(sboms, image));
      console.log(`${sbomPath(sboms, image)}: what is in ${image.reference}`);
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function verify(images: readonly ReleasedImage[]): Promise<number> {
  const refusals = await refusalsOf(images, process.env);
  for (const sentence of refusals) console.error(sentence);
  if (refusals.length > 0) return 1;
  console.log(`${images.length} images are signed, with provenance and SBOM: they may be deployed.`);
  return 0;
}

/** A pair of keys for those who have no key service: the folder is one that git ignores. */
async function makeKey(folder: string): Promise<number> {
  if (process.env['COSIGN_PASSWORD'] === undefined) {
    throw new ClusterError('PREREQUISITE_MISSING', 'COSIGN_PASSWORD is not set: the key is kept under a password', {
      fix: 'COSIGN_PASSWORD=... make signing-key',
    });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mustCosign('no key was made', ['generate-key-pair', '--output-key-prefix', 'cosign'], folder);
  await chmod(join(folder, 'cosign.key'), OWNER_ONLY);
  console.log(
    `${join(folder, 'cosign.key')}: keep it secret. ${join(folder, 'cosign.pub')}: give it to whoever deploys.`,
  );
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isOurs = error instanceof ClusterError;
  console.error(isOurs ? `${error.message}${error.fix === undefined ? '' : `\n${error.fix}`}` : error);
  process.exitCode = 2;
}
