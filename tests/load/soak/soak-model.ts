import { deleteModelVersion, getModel } from '@cluster-ai/contract/api/models.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { LoadRequest } from '../../steady-load.ts';
import { announce, sha256, type TestFile } from '../../integration/control-plane/fixture.ts';
import { addModel } from '../../integration/control-plane/test-models.ts';
import { ask, type World } from './world.ts';

/** A model whose versions add different numbers, so that an answer of a wrong version shows. */
export const soakModel = 'soak';

/** Versions that stay when newer ones come; routes and aliases point at these alone. */
const versionsKept = 5;

export async function pushFiles(
  world: World,
  model: string,
  files: readonly TestFile[],
  deploy: 'latest' | 'none',
): Promise<number> {
  const upload = await ask(world, uploads.createUpload, { body: { model, files: announce(files), deploy } });
  for (const { sha256: digest, size, receivedBytes } of upload.files) {
    if (receivedBytes < size) await sendFile(world, upload.id, digest, files);
  }
  const committed = await ask(world, uploads.commitUpload, { params: { id: upload.id } });
  return committed.version.version;
}

export async function sendFile(
  world: World,
  uploadId: string,
  digest: string,
  files: readonly TestFile[],
): Promise<void> {
  const file = files.find(({ bytes }) => sha256(bytes) === digest);
  const answer = await fetch(`${world.admin.baseUrl}/api/v1/uploads/${uploadId}/files/${digest}?offset=0`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${world.admin.token}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(file?.bytes ?? new Uint8Array()),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`sending a file: ${answer.status} ${text}`);
}

/** Pushes a further version with traffic, and deletes what is older than the kept ones. */
export async function pushSoakVersion(world: World): Promise<void> {
  const bias = world.next();
  // Answers of the new version may come before this call returns.
  const expected = [...world.biasOf.keys()].reduce((max, version) => Math.max(max, version), 0) + 1;
  world.biasOf.set(expected, bias);
  const version = await pushFiles(world, soakModel, [addModel(bias)], 'latest');
  if (version !== expected) throw new Error(`version ${expected} of ${soakModel} became ${version}`);
  const { versions, aliases } = await ask(world, getModel, { params: { name: soakModel } });
  const held = new Set(Object.values(aliases));
  for (const { version: old } of versions.slice(versionsKept)) {
    if (!held.has(old)) await deleteUnused(world, old);
  }
}

async function deleteUnused(world: World, version: number): Promise<void> {
  try {
    await ask(world, deleteModelVersion, { params: { name: soakModel, version } });
  } catch (error) {
    // A split still points at it; the next push tries again.
    if (!(error instanceof ClusterError && error.code === 'CONFLICT')) throw error;
  }
}

/** One prediction, whose answer must be that of the version that says it answered. */
export function soakRequest(world: World, route: string = soakModel): LoadRequest {
  const row = [1, 2, 3, 4].map(() => Math.round(world.random() * 100));
  return {
    path: `/v2/models/${route}/infer`,
    body: JSON.stringify({ inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: row }] }),
    check: (body) => {
      const answer = JSON.parse(body) as { model_version: string; outputs: { data: number[] }[] };
      const bias = world.biasOf.get(Number(answer.model_version));
      const right = row.every((value, index) => answer.outputs[0]?.data[index] === value + (bias ?? Number.NaN));
      return right
        ? null
        : `version ${answer.model_version} adds ${bias}, and answered ${body.slice(0, 200)} to ${row.join(', ')}`;
    },
  };
}

/** @returns whether the model answers now, and rightly. */
export async function soakAnswers(world: World): Promise<boolean> {
  const { path, body, check } = soakRequest(world);
  const answer = await fetch(`${world.platform.gatewayUrl}${path}`, { method: 'POST', body });
  const text = await answer.text();
  return answer.ok && check(text) === null;
}
