import { afterEach, expect, it } from 'vitest';
import { smallClassifierModel, wideModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { runnerPid, startHost, until, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;
afterEach(() => fixture.close());

/** What the log says of each copy that was loaded. */
const copies = (): unknown[] =>
  fixture.log.filter(({ message }) => message.startsWith('a copy of the model is loaded'));

const stateOf = (): string | undefined => fixture.host.observedModels()[0]?.state;

it('a model is ready only when each of its copies was run with every size of batch, also after a crash', async () => {
  fixture = await startHost();
  const states = new Set<string | undefined>();
  const loading = fixture.load('classifier@1', smallClassifierModel(), { instances: 3, maxBatchSize: 20 });
  while (copies().length < 3) {
    states.add(stateOf());
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await loading;
  expect([...states].filter((state) => state !== undefined)).toEqual(['LOADING']);
  expect(stateOf()).toBe('READY');
  const warm = { level: 'info', model: 'classifier@1', warmedRows: [2, 4, 8, 16, 20] };
  expect(copies()).toMatchObject([warm, warm, warm]);
  expect(fixture.host.observedModels()[0]?.warmUpMs).toBeGreaterThan(0);
  process.kill(runnerPid(fixture.host, 'shared'), 'SIGKILL');
  await until('the copies are loaded again', () => copies().length === 6 && stateOf() === 'READY');
  expect(copies().at(-1)).toMatchObject(warm);
});

it('inside the gateway too', async () => {
  fixture = await startHost({ inlineModels: ['classifier'] });
  await fixture.load('classifier@1', smallClassifierModel());
  expect(fixture.host.observedModels()).toMatchObject([{ state: 'READY', isolation: 'inline' }]);
  expect(copies()).toMatchObject([{ warmedRows: [2, 4, 8, 16, 32, 64] }]);
});

it('sizes that do not fit in the time are left out and named, and the model serves', async () => {
  fixture = await startHost({ warmUpMsMax: 1 });
  // 400 MFLOP a row: no two sizes fit in a millisecond.
  await fixture.load('wide@1', wideModel(25), { maxBatchSize: 8 });
  expect(stateOf()).toBe('READY');
  expect(copies()).toMatchObject([
    {
      level: 'warn',
      coldRows: expect.arrayContaining([4, 8]),
      message: expect.stringContaining('runner.warmUpMsMax is 1 ms'),
    },
  ]);
});
