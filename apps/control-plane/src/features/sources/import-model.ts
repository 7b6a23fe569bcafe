import type { importModel as importModelEndpoint } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertModelName } from '@cluster-ai/core/names/model-name.ts';
import type { z } from 'zod';
import type { Caller, Changed } from '../../database/change.ts';
import type { Plane } from '../../plane.ts';
import type { StoredFile } from '../../storage/file-store.ts';
import { inspectVersion, registerVersion } from '../models/index.ts';
import type { Registered } from '../models/index.ts';
import type { AllowedSource } from './allow-list.ts';
import { fetchHttps } from './fetch-https.ts';

type Wanted = z.output<typeof importModelEndpoint.body>;

/**
 * Fetches one ONNX file from an allowed https address and makes a version of it.
 * @throws ClusterError SOURCE_NOT_ALLOWED, SOURCE_UNREACHABLE, BODY_TOO_LARGE, CHECKSUM_MISMATCH, MODEL_INVALID.
 */
export async function importModel(
  plane: Plane,
  by: Caller,
  wanted: Wanted,
  allowed: readonly AllowedSource[],
  cancelled: AbortSignal,
): Promise<Changed<Registered>> {
  assertModelName(wanted.model);
  const file = await fetchFile(plane, wanted.url, allowed, cancelled);
  if (wanted.sha256 !== undefined && wanted.sha256 !== file.sha256) {
    throw new ClusterError(
      'CHECKSUM_MISMATCH',
      `the bytes from ${hostOf(wanted.url)} have the SHA-256 ${file.sha256}, asked for was ${wanted.sha256}`,
    );
  }
  const files = [{ path: 'model.onnx', ...file }];
  const inspected = await inspectVersion(plane, wanted.model, files, wanted.settings);
  return plane.store.change(by, (change) =>
    registerVersion(change, plane.files, {
      model: wanted.model,
      files,
      ...inspected,
      notes: wanted.notes,
      lineage: wanted.lineage,
      deploy: wanted.deploy,
      source: 'https',
      origin: wanted.url,
    }),
  );
}

async function fetchFile(
  plane: Plane,
  url: string,
  allowed: readonly AllowedSource[],
  cancelled: AbortSignal,
): Promise<StoredFile> {
  const { httpsTimeoutMs } = plane.config.sources;
  const { bytesMax } = plane.config.uploads;
  const timeout = AbortSignal.timeout(httpsTimeoutMs);
  try {
    const response = await fetchHttps(url, { allowed, signal: AbortSignal.any([timeout, cancelled]) });
    const announced = Number(response.headers['content-length'] ?? 0);
    if (announced > bytesMax) {
      response.destroy();
      throw new ClusterError(
        'BODY_TOO_LARGE',
        `the file has ${announced} bytes, more than the limit of ${bytesMax} (uploads.bytesMax)`,
      );
    }
    return await plane.files.store(response, bytesMax);
  } catch (error) {
    if (timeout.aborted) {
      throw new ClusterError(
        'SOURCE_UNREACHABLE',
        `${hostOf(url)} did not deliver within ${httpsTimeoutMs} ms (sources.httpsTimeoutMs)`,
        { cause: error },
      );
    }
    // What the store calls a sender that went away is, here, the source.
    if (!cancelled.aborted && error instanceof ClusterError && error.code === 'CANCELLED') {
      throw new ClusterError('SOURCE_UNREACHABLE', `${hostOf(url)} broke off in the middle of the file`, {
        cause: error,
      });
    }
    throw error;
  }
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? 'the source';
}
