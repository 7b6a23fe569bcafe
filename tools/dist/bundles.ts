/** One folder under `dist/`. */
export interface Bundle {
  /** Of the folder. */
  readonly name: 'gateway' | 'control-plane' | 'cli';
  /** Name of the written file, without `.js`, and the source that it begins with. */
  readonly entries: Readonly<Record<string, string>>;
  /** Files and folders beside the code: path in the bundle, and where it comes from. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether it loads models. */
  readonly hasRuntime: boolean;
}

const health = 'packages/platform/src/health/main.ts';
const notices = { LICENSE: 'LICENSE', NOTICE: 'NOTICE' };

/** What `npm run dist` writes. `packages/platform/src/process/program-files.ts` knows the names of the files. */
export const bundles: readonly Bundle[] = [
  {
    name: 'gateway',
    entries: {
      gateway: 'apps/gateway/src/main.ts',
      'digest-thread': 'apps/gateway/src/models/digest-thread.ts',
      'weights-thread': 'apps/gateway/src/models/weights-thread.ts',
      runner: 'apps/runner/src/main.ts',
      'runner-check': 'apps/runner/src/check.ts',
      slot: 'apps/runner/src/slots/slot.ts',
      health,
    },
    files: { protos: 'packages/protocols/src/grpc/protos', ...notices },
    hasRuntime: true,
  },
  {
    name: 'control-plane',
    entries: { 'control-plane': 'apps/control-plane/src/main.ts', health },
    files: { migrations: 'apps/control-plane/migrations', ...notices },
    hasRuntime: false,
  },
  {
    name: 'cli',
    entries: { 'cluster-ai': 'apps/cli/src/main.ts' },
    files: notices,
    hasRuntime: false,
  },
];
