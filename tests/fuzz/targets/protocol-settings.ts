import assert from 'node:assert/strict';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { SwitchedLog } from '@cluster-ai/gateway/open-inference/log-settings.ts';
import { TraceSettings } from '@cluster-ai/gateway/open-inference/trace-settings.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { readJsonOrNothing } from '@cluster-ai/protocols/open-inference/json-document.ts';
import { readLoadParameters } from '@cluster-ai/protocols/open-inference/load-parameters.ts';
import { readLogChange, readTraceChange } from '@cluster-ai/protocols/open-inference/settings.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Bodies of the calls that change a gateway over the inference protocol. */
export const target: FuzzTarget = {
  about: 'trace and log settings and parameters of a load, from operators: what is taken is what is then in effect',
  form: 'json',
  seeds: () => [
    '{"trace_level":["TIMESTAMPS"],"trace_rate":"5","trace_count":"-1","log_frequency":"0"}',
    '{"trace_level":null,"trace_rate":null,"trace_count":7}',
    '{"log_info":false,"log_warning":true,"log_error":null,"log_verbose_level":2,"log_format":"ISO8601"}',
    '{"parameters":{"config":"{}","file:1/model.onnx":"AAEC"}}',
  ],
  words: ['TENSORS', 'OFF', 'trace_file', 'log_file', 'file:', '4294967296'],
  run: (input) => {
    const document = readJsonOrNothing(input);
    const errors: Error[] = [];
    for (const take of [takeTrace, takeLog, (given: typeof document) => void readLoadParameters(given)]) {
      try {
        take(document);
      } catch (thrown) {
        errors.push(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    }
    const found = errors.find((error) => !(error instanceof ClusterError)) ?? errors[0];
    if (found !== undefined) throw found;
  },
};

function takeTrace(document: ReturnType<typeof readJsonOrNothing>): void {
  const change = readTraceChange(document);
  const settings = new TraceSettings();
  const now = settings.change('m', change);
  for (const [name, value] of Object.entries(change)) {
    if (value !== null) assert.equal(Object.entries(now).find(([key]) => key === name)?.[1], value);
  }
  settings.takes('m');
}

function takeLog(document: ReturnType<typeof readJsonOrNothing>): void {
  const change = readLogChange(document);
  const log = new SwitchedLog(
    createLogger({ program: 'gateway', level: 'info', destination: { write: () => undefined } }),
  );
  assert.deepEqual(log.change(change, 'fuzz'), { ...log.settings, ...change });
}
