import { expect, it } from 'vitest';
import { whetherServed } from './whether-served.ts';

type Versions = Parameters<typeof whetherServed>[1];

const version = (number: number, state: 'READY' | 'FAILED' | 'LOADING', reason = ''): Versions[number] => ({
  version: number,
  observed: [
    {
      gateway: 'gateway-1',
      id: `ocr@${number}`,
      digest: '',
      state,
      reason,
      isolation: 'shared',
      instances: 1,
      batched: false,
      loadMs: null,
      warmUpMs: null,
    },
  ],
});

it.each<[string, Versions, boolean, string]>([
  ['one version is ready', [version(1, 'READY')], true, 'ocr is served already'],
  ['an older one is ready', [version(2, 'FAILED', 'x'), version(1, 'READY')], true, 'ocr is served already'],
  ['it failed', [version(1, 'FAILED', 'no such operator')], false, 'version 1 is FAILED: no such operator. Look at it'],
  ['it is being loaded', [version(1, 'LOADING')], false, 'version 1 is LOADING. Try again in a moment.'],
  ['nobody loads it', [{ version: 3, observed: [] }], false, 'version 3 is not loaded. Look at it'],
  ['it is empty', [], false, 'ocr is there, but not served: it has no version. Look at it'],
])('%s', (_what, versions, served, text) => {
  const found = whetherServed('ocr', versions);
  expect(found.served).toBe(served);
  expect(found.text).toContain(text);
});
