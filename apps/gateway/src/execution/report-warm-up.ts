import type { LoadReport } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import type { ModelHostOptions } from './model-host.ts';

/** Says in the log how a copy of a model was loaded, and with which batches it was run before it serves. */
export function reportWarmUp(
  model: string,
  { loadMs, warmUpMs, warmedRows, coldRows }: LoadReport,
  { log, runner }: Pick<ModelHostOptions, 'log' | 'runner'>,
): void {
  const fields = { model, loadMs: Math.round(loadMs), warmUpMs: Math.round(warmUpMs), warmedRows };
  if (coldRows.length === 0) {
    log.info(fields, 'a copy of the model is loaded and warm');
    return;
  }
  log.warn(
    { ...fields, coldRows },
    `a copy of the model is loaded, and cold for batches of ${coldRows.join(', ')} rows: the first of each will take longer (runner.warmUpMsMax is ${runner.warmUpMsMax} ms)`,
  );
}
