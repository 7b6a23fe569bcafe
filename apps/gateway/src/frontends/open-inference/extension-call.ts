import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Call } from '@cluster-ai/platform/edge/edge.ts';
import { readJsonOrNothing } from '@cluster-ai/protocols/open-inference/json-document.ts';
import type { JsonObject } from '@cluster-ai/protocols/open-inference/json-fields.ts';

/** Settings are a few words; only a load may bring more. */
export const settingsBytesMax = 65_536;

/** Makes room for bytes of a body that have arrived. @throws ClusterError OVERLOADED */
export type Keep = (bytes: number) => void;

/** Reads the document of a call that may have none. @throws ClusterError BODY_TOO_LARGE, INVALID_ARGUMENT; what `keep` throws. */
export async function readDocument(call: Call, bytesMax: number, keep: Keep): Promise<JsonObject> {
  let size = 0;
  const body = await call.body((bytes) => {
    size += bytes;
    if (size > bytesMax) {
      throw new ClusterError('BODY_TOO_LARGE', `the body of this call may have ${bytesMax} bytes at most`);
    }
    keep(bytes);
  });
  return readJsonOrNothing(body, bytesMax);
}
