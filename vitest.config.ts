import { defineConfig } from 'vitest/config';

/**
 * System tests that need the machine to themselves: they measure times or memory, break whole platforms, or keep every
 * core busy. The others wait for programs most of the time, and run two at once.
 */
export const alone = [
  'tests/drills/**/*.test.ts',
  'tests/load/**/*.test.ts',
  'tests/fuzz/**/*.test.ts',
  'tests/conformance/bad-inputs/**/*.test.ts',
  'tests/e2e/scale.test.ts',
  'tests/integration/{audit-chain,audit-log,awake-cores,control-plane-events,control-plane-traffic,key-limits,latency-objective,model-push,redis,shared-port}.test.ts',
  'tests/integration/{static-stability,traffic-split,up-start,up-supervision}.test.ts',
  'tests/integration/model-host/*.test.ts',
];

/** Tests that need a Docker engine, an API server or scanners of their own, and minutes: `make test-containers` and so on. */
const onEngines = ['tests/containers/**/*.test.ts', 'tests/cluster/**/*.test.ts', 'tests/supply/**/*.test.ts'];

const startsWholeServers = { testTimeout: 180_000, hookTimeout: 180_000, globalSetup: './tests/compile-cache.ts' };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/**/*.test.ts',
            'apps/**/*.test.ts',
            'tools/**/*.test.ts',
            'models/**/*.test.ts',
            'web-dashboard/src/**/*.test.ts',
          ],
          testTimeout: 30_000,
          // Many wait for timeouts of servers: one more at a time than there are cores.
          maxWorkers: 3,
          // Some begin with a server of their own, on machines that do other work meanwhile.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/**/*.test.ts'],
          exclude: [...alone, ...onEngines],
          ...startsWholeServers,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'system-alone',
          include: [...alone],
          ...startsWholeServers,
          fileParallelism: false,
          // After the others have ended, when both are asked for.
          sequence: { groupOrder: 2 },
        },
      },
      ...['containers', 'cluster', 'supply'].map((name) => ({
        test: {
          name,
          include: [`tests/${name}/**/*.test.ts`],
          // An image is built, or a chart is installed and rolled back.
          testTimeout: 900_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      })),
    ],
  },
});
