import { createHash } from 'node:crypto';
import { lastLines, runProgram } from '../run-program.ts';
import { cosign, verifyingFlags, type Environment } from './cosign.ts';
import { statesRevision } from './provenance.ts';
import type { ReleasedImage } from './release.ts';

/**
 * What keeps a release from being deployed: an image whose digest nobody of ours has signed, or of which nobody says
 * from which revision it was built and what is in it.
 *
 * @returns a sentence for each image that is refused; none when all may go
 * @throws ClusterError PREREQUISITE_MISSING when nobody was named whose signature counts
 */
export async function refusalsOf(images: readonly ReleasedImage[], environment: Environment): Promise<string[]> {
  const flags = verifyingFlags(environment);
  const refusals: string[] = [];
  for (const image of images) {
    const why = await refusalOf(image, flags);
    if (why !== null) refusals.push(`${image.name} is refused: ${why} (${image.reference})`);
  }
  return refusals;
}

const FETCH_TIMEOUT_MS = 120_000;

/** cosign verifies what was signed under a digest, and does not look whether the registry still gives that. */
async function isWhatItsDigestSays(reference: string): Promise<boolean> {
  const [name, digest] = reference.split('@');
  const isLocal = /^(?:localhost|127\.0\.0\.1)[:/]/.test(reference) ? ['--tls-verify=false'] : [];
  const { code, stdout } = await runProgram(
    'skopeo',
    ['inspect', '--raw', ...isLocal, `docker://${String(name)}@${String(digest)}`],
    { timeoutMs: FETCH_TIMEOUT_MS },
  );
  return code === 0 && `sha256:${createHash('sha256').update(stdout).digest('hex')}` === digest;
}

async function refusalOf(image: ReleasedImage, flags: readonly string[]): Promise<string | null> {
  const { reference, revision } = image;
  const signature = await cosign(['verify', ...flags, reference]);
  if (signature.code !== 0) return `its digest has no signature that counts: ${lastLines(signature.stderr, 1)}`;
  if (!(await isWhatItsDigestSays(reference))) return 'the registry does not give what its digest says';
  const verify = (type: string) => cosign(['verify-attestation', ...flags, '--type', type, reference]);
  const provenance = await verify('slsaprovenance1');
  if (provenance.code !== 0) return `nobody says how it was built: ${lastLines(provenance.stderr, 1)}`;
  if (!statesRevision(provenance.stdout, image)) return `it was not built from ${revision}, as the release says`;
  const contents = await verify('cyclonedx');
  return contents.code === 0 ? null : `nobody says what is in it: ${lastLines(contents.stderr, 1)}`;
}
