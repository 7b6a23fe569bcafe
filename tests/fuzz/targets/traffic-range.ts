import assert from 'node:assert/strict';
import { getTraffic, trafficPointsMax } from '@cluster-ai/contract/api/traffic.ts';
import { planRange } from '@cluster-ai/control-plane/features/traffic/plan-range.ts';
import type { FuzzTarget } from '../engine/target.ts';
import { readWith } from '../inputs/schema.ts';

const nowMs = 1_767_225_600_000;

/** The range of a traffic history, as it stands in an address. */
export const target: FuzzTarget = {
  about:
    'ranges of the traffic history, from clients: what is asked of the database is a time, and not too many points',
  form: 'bytes',
  seeds: () => [
    `from=${nowMs - 900_000}&to=${nowMs}&step=10&groupBy=route`,
    `from=0&to=${nowMs}`,
    `to=${nowMs}&from=${nowMs - 3_600_000}&gateway=g&route=r`,
    'from=253370764000000&to=253370764800000',
  ],
  words: ['from=', 'to=', 'step=', '1e15', '0x10', ' ', '%20', '+', '9007199254740991', '8640000000000000'],
  run: (input) => {
    const query = Object.fromEntries(new URLSearchParams(Buffer.from(input).toString('latin1')));
    const asked = readWith('range', getTraffic.query, query);
    if (asked === undefined) return;
    const { fromMs, toMs, stepSeconds, width } = planRange(asked, nowMs, 31);
    for (const time of [fromMs, toMs]) assert.match(new Date(time).toISOString(), /^\d{4}-/);
    assert.ok(fromMs <= asked.from && toMs >= asked.to && stepSeconds % width === 0);
    assert.ok((toMs - fromMs) / (stepSeconds * 1_000) <= trafficPointsMax);
  },
};
