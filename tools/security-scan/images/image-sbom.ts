import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { lastLines, runProgram } from '../run-program.ts';
import { scannerProgram } from '../scanner-programs.ts';
import type { ImageLayout } from './oci-layout.ts';

const SCAN_TIMEOUT_MS = 600_000;

/**
 * Writes what is in an image: the packages of its operating system, those that lie in it as files, and what the bundle in
 * it says that it was made of (/app/sbom.cdx.json), which Syft reads only when it is told to.
 *
 * @param format of Syft: CycloneDX for people, its own for Grype, which knows more of it
 * @throws ClusterError INTERNAL with what Syft said
 */
export async function writeImageSbom(
  { folder, digest }: Pick<ImageLayout, 'folder' | 'digest'>,
  reference: string,
  format: 'cyclonedx-json' | 'syft-json',
  path: string,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const names = ['--source-name', reference.split('@')[0] ?? reference, '--source-version', digest];
  const how = ['--select-catalogers', '+sbom-cataloger', '--output', `${format}=${path}`, '--quiet'];
  const args = ['scan', `oci-dir:${folder}`, ...how, ...names];
  const { code, stderr } = await runProgram(await scannerProgram('syft'), args, {
    environment: { SYFT_CHECK_FOR_APP_UPDATE: 'false' },
    timeoutMs: SCAN_TIMEOUT_MS,
  });
  if (code !== 0) throw new ClusterError('INTERNAL', `Syft ended with ${code}: ${lastLines(stderr)}`);
}
