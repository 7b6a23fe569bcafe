import { emptyConfiguration } from '@cluster-ai/testkit/empty-configuration.ts';
import { expect, test } from 'vitest';
import { instancesOf, mergedRowsMax } from './run-settings.ts';

const configuration = { ...emptyConfiguration, maxBatchSize: 8, instanceCount: 3 };
const dynamicBatching = {
  preferredBatchSizes: [],
  maxQueueDelayMicroseconds: 0,
  preserveOrdering: false,
  priorityLevels: 0,
  defaultPriorityLevel: 0,
  defaultQueuePolicy: null,
  priorityQueuePolicies: [],
};

test('requests are merged as the operator says, else as the configuration does, else as the gateway likes', () => {
  expect(mergedRowsMax({}, 64)).toBe(64);
  expect(mergedRowsMax({ configuration }, 64)).toBe(0);
  expect(mergedRowsMax({ configuration: { ...configuration, dynamicBatching } }, 64)).toBe(8);
  expect(mergedRowsMax({ configuration: { ...configuration, maxBatchSize: null } }, 64)).toBe(64);
  expect(mergedRowsMax({ configuration, maxBatchSize: 5 }, 64)).toBe(5);
});

test('the operator’s number of instances goes before that of the configuration', () => {
  expect([instancesOf({}), instancesOf({ configuration }), instancesOf({ configuration, instances: 2 })]).toEqual([
    1, 3, 2,
  ]);
});
