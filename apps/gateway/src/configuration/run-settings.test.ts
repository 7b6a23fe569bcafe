import { emptyConfiguration } from '@cluster-ai/testkit/empty-configuration.ts';
import { expect, test } from 'vitest';
import { batchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import {
  choiceLimitsOf,
  instancesMaxOf,
  instancesOf,
  mergedRowsMax,
  objectiveOf,
  rowsAreAsked,
} from './run-settings.ts';

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

test('an operator’s objective goes before the configuration’s, and that before the gateway’s; 0 is none', () => {
  const says = (text: string) => ({ ...configuration, parameters: { latency_objective_ms: text } });
  const defaults = { latencyObjectiveMs: 50 };
  expect(objectiveOf({}, { latencyObjectiveMs: 0 })).toBeNull();
  expect(objectiveOf({}, defaults)).toBe(50);
  expect(objectiveOf({ configuration: says('12.5') }, defaults)).toBe(12.5);
  expect(objectiveOf({ configuration: says('0') }, defaults)).toBeNull();
  expect(objectiveOf({ configuration: says('12.5'), latencyObjectiveMs: 7 }, defaults)).toBe(7);
  expect(objectiveOf({ latencyObjectiveMs: 0 }, defaults)).toBeNull();
});

test('what somebody has fixed by hand is not picked', () => {
  const defaults = { latencyObjectiveMs: 50, instancesMax: 4 };
  const limits = (settings: Parameters<typeof choiceLimitsOf>[0], rowsMax = 8, isInline = false) => {
    const rules = batchRules(settings.configuration?.dynamicBatching ?? null, rowsMax);
    return choiceLimitsOf(settings, defaults, { rules, isInline });
  };
  const { instanceCount: _fixed, ...rest } = configuration;
  const batched = (preferredBatchSizes: number[], maxQueueDelayMicroseconds: number) => ({
    configuration: {
      ...rest,
      instanceCount: null,
      dynamicBatching: { ...dynamicBatching, preferredBatchSizes, maxQueueDelayMicroseconds },
    },
  });
  const nothing = { rows: false, delay: false, instances: false };
  const given = { rowsMax: 8, delayMs: 0, instances: 1 };
  expect(limits({})).toEqual({ objectiveMs: 50, given, fixed: nothing, instancesMax: 4 });
  expect(limits({ instances: 2 })?.fixed).toEqual({ ...nothing, instances: true });
  expect(limits({ configuration })?.fixed.instances).toBe(true);
  expect(limits({}, 8, true)).toMatchObject({ fixed: { ...nothing, instances: true }, instancesMax: 1 });
  expect(limits({}, 0)?.fixed).toEqual({ rows: true, delay: true, instances: false });
  expect(limits(batched([], 2_000))).toMatchObject({
    given: { ...given, delayMs: 2 },
    fixed: { ...nothing, delay: true },
  });
  expect(limits(batched([4], 0))?.fixed).toEqual({ ...nothing, rows: true });
  expect(limits({ latencyObjectiveMs: 0 })).toBeNull();
  expect([{}, { instances: 2 }, { latencyObjectiveMs: 0 }].map((one) => instancesMaxOf(one, defaults))).toEqual([
    4, 2, 1,
  ]);
});

test('rows are asked for by an operator or a configuration, and by nobody else', () => {
  expect(rowsAreAsked({})).toBe(false);
  expect(rowsAreAsked({ configuration: { ...configuration, maxBatchSize: null } })).toBe(false);
  expect(rowsAreAsked({ configuration })).toBe(true);
  expect(rowsAreAsked({ maxBatchSize: 5 })).toBe(true);
});
