import { fileURLToPath } from 'node:url';

/** `npm run dist` sets it in bundles; in the sources nobody does. */
declare const CLUSTER_AI_BUNDLE: true | undefined;

/** Whether this program was bundled by `npm run dist`, and lies in one folder with all that it needs. */
export const isBundled = typeof CLUSTER_AI_BUNDLE !== 'undefined';

/** Of a bundle the folder of this file; of the sources the root of the checkout. */
const base = new URL(isBundled ? './' : '../../../../', import.meta.url);

const at = (source: string, bundled: string): string => fileURLToPath(new URL(isBundled ? bundled : source, base));

/**
 * Where the programs find what they do not import: other programs, threads, SQL, `.proto` files. Paths of the sources and of
 * the bundles stand beside each other here and nowhere else.
 */
export const programFiles = {
  /** The program of a runner process. */
  runner: at('apps/runner/src/main.ts', 'runner.js'),
  /** Says `confined` and ends: tells whether a runner could be started in the same way. */
  runnerCheck: at('apps/runner/src/check.ts', 'runner-check.js'),
  /** The thread of a runner's slot. */
  slot: at('apps/runner/src/slots/slot.ts', 'slot.js'),
  /** The thread of the gateway that reads a large file for its digest. */
  digestThread: at('apps/gateway/src/models/digest-thread.ts', 'digest-thread.js'),
  /** The thread of the gateway that writes a model and its weights apart. */
  weightsThread: at('apps/gateway/src/models/weights-thread.ts', 'weights-thread.js'),
  /** Folder of the `.proto` files that clients are generated from. */
  protos: at('packages/protocols/src/grpc/protos', 'protos'),
  /** Folder of the numbered SQL files. */
  migrations: at('apps/control-plane/migrations', 'migrations'),
} as const;

/** Folders with all code that a runner reads. */
export const runnerCode: readonly string[] = isBundled
  ? [fileURLToPath(base)]
  : ['apps/runner', 'packages', 'node_modules'].map((folder) => fileURLToPath(new URL(folder, base)));
