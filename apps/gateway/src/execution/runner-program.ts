import { fileURLToPath } from 'node:url';

/** The program that a runner process executes. */
export const runnerProgram = fileURLToPath(new URL('../../../runner/src/main.ts', import.meta.url));

/**
 * The whole environment of a runner: models are not trusted, so nothing of the gateway's own is passed on.
 *
 * The thresholds keep the C library from holding freed model weights back: without them almost nothing returns to the
 * system when a model is unloaded. ONNX Runtime reports its use to its makers unless it is told not to: what runs here
 * is nobody else's business.
 */
export function runnerEnvironment(gateway: NodeJS.ProcessEnv): Record<string, string> {
  const cache = gateway['NODE_COMPILE_CACHE'];
  return {
    MALLOC_TRIM_THRESHOLD_: '131072',
    MALLOC_MMAP_THRESHOLD_: '131072',
    MALLOC_ARENA_MAX: '2',
    ORT_DISABLE_TELEMETRY: '1',
    ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
  };
}
