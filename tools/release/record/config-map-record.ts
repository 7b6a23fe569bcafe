import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import type { RunProgram } from '../targets/run-program.ts';
import type { RecordStore } from './release-record.ts';

const timeoutMs = 60_000;
/** A ConfigMap takes 1 MiB: the oldest lines would have to be moved elsewhere by hand, and nothing is lost silently. */
const recordBytesMax = 900 * 1024;
const key = 'record.jsonl';

const mapSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});

/** A record in a ConfigMap of the target's namespace: workflows have no disk that outlives them. */
export function configMapRecord(kubectl: readonly string[], name: string, run: RunProgram): RecordStore {
  let resourceVersion: string | null = null;
  return {
    where: `the ConfigMap ${name}`,
    read: async () => {
      const printed = await run([...kubectl, 'get', 'configmap', name, '--ignore-not-found', '--output', 'json'], {
        timeoutMs,
      });
      if (printed.trim() === '') {
        resourceVersion = null;
        return '';
      }
      const map = mapSchema.parse(JSON.parse(printed));
      ({ resourceVersion } = map.metadata);
      return map.data[key] ?? '';
    },
    append: async (present, line) => {
      const text = present + line;
      if (Buffer.byteLength(text) > recordBytesMax) {
        throw new ClusterError('STORAGE_FULL', `the ConfigMap ${name} holds no more lines`, {
          fix: 'Keep a copy with make release-history RECORD=<file>, delete the ConfigMap, and go on with a new one.',
        });
      }
      const map = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        // The API server refuses it when somebody else has written meanwhile.
        metadata: resourceVersion === null ? { name } : { name, resourceVersion },
        data: { [key]: text },
      };
      const verb = resourceVersion === null ? 'create' : 'replace';
      await run([...kubectl, verb, '--filename', '-'], { timeoutMs, input: JSON.stringify(map) });
    },
  };
}
