import { InferenceSession } from 'onnxruntime-node';
import { nativeBinding } from './native-binding.ts';

type Feeds = InferenceSession.FeedsType;
type Results = InferenceSession.ReturnType;

/** A loaded model of ONNX Runtime. Loading and running block the calling thread, however they are called. */
export interface OnnxSession {
  /** Runs at once; null where only the public class can be used, which lets a turn of the event loop pass first. */
  readonly runNow: ((feeds: Feeds, outputNames: readonly string[]) => Results) | null;
  /** @throws Error in the runtime's words. */
  run(feeds: Feeds, outputNames: readonly string[]): Promise<Results>;
  release(): Promise<void>;
}

/**
 * One thread a session: slots are the parallelism, and pools of several sessions would fight for the same cores.
 * Without spinning, an idle session costs nothing.
 */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Errors come as exceptions, and the library would print them too; warnings about a model's form would fill the log.
  logSeverityLevel: 4,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/** @throws Error in the runtime's words. */
export type OpenOnnxSession = (modelFile: string) => Promise<OnnxSession>;

/** By the class that everybody uses: the plain path. */
export const openPublicSession: OpenOnnxSession = async (modelFile) => {
  const session = await InferenceSession.create(modelFile, sessionOptions);
  return {
    runNow: null,
    run: (feeds, outputNames) => session.run(feeds, outputNames),
    release: () => session.release(),
  };
};

/** By the library under that class, where it is as this release knows it; otherwise by the class. */
export const openSession: OpenOnnxSession = async (modelFile) => {
  const native = nativeBinding();
  if (native === null) return openPublicSession(modelFile);
  native.initOrt();
  const session = new native.binding.InferenceSession();
  session.loadModel(modelFile, sessionOptions);
  const runNow = (feeds: Feeds, outputNames: readonly string[]): Results =>
    session.run(feeds, fetchesOf(outputNames), runOptions);
  return {
    runNow,
    run: async (feeds, outputNames) => runNow(feeds, outputNames),
    release: async () => session.dispose(),
  };
};

const runOptions: InferenceSession.RunOptions = {};

/** The library names each wanted output by a key; null lets it make the memory. */
function fetchesOf(outputNames: readonly string[]): Record<string, null> {
  const fetches: Record<string, null> = {};
  for (const name of outputNames) fetches[name] = null;
  return fetches;
}
