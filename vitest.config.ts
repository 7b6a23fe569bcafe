import { defineConfig } from 'vitest/config';

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
          // Some begin with a server of their own, on machines that do other work meanwhile.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // System tests start whole servers: side by side they would measure each other.
          fileParallelism: false,
        },
      },
    ],
  },
});
