import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { lastLines, runProgram } from '../run-program.ts';
import { scannerProgram } from '../scanner-programs.ts';
import type { ImageLayout } from './oci-layout.ts';

const SCAN_TIMEOUT_MS = 600_000;

/**
 * Writes what is in an image as CycloneDX: the packages of its operating system, and what the bundle in it says that it
 * was made of (/app/sbom.cdx.json).
 *
 * @throws ClusterError INTERNAL with what Syft said
 */
export async function writeImageSbom(layout: ImageLayout, reference: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const names = ['--source-name', reference.split('@')[0] ?? reference, '--source-version', layout.digest];
  const args = ['scan', `oci-dir:${layout.folder}`, '--output', `cyclonedx-json=${path}`, '--quiet', ...names];
  const { code, stderr } = await runProgram(await scannerProgram('syft'), args, {
    environment: { SYFT_CHECK_FOR_APP_UPDATE: 'false' },
    timeoutMs: SCAN_TIMEOUT_MS,
  });
  if (code !== 0) throw new ClusterError('INTERNAL', `Syft ended with ${code}: ${lastLines(stderr)}`);
}
