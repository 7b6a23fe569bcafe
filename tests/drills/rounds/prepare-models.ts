import { createHash } from 'node:crypto';
import { sumAndDifferenceModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { changeSetting, pushVersion, splitRoute } from './writers.ts';
import type { Work } from './writers.ts';

/** Pushes the models that are asked, and makes the key of those who ask. @returns the key. */
export async function prepareModels(work: Work): Promise<string> {
  await pushSums(work);
  for (const number of [1, 2]) await pushVersion(work, number);
  await splitRoute({ ...work, random: () => 0.5 });
  await changeSetting({ ...work, random: () => 0.5 });
  const { answer } = await work.calls.write({
    what: 'POST key',
    resource: 'key of the clients',
    effect: 'add',
    value: 'clients',
    method: 'POST',
    path: '/api/v1/keys',
    // A limit that nobody reaches, so that each prediction is counted.
    body: { name: 'clients', actions: ['infer', 'read'], ratePerSecond: 100_000 },
  });
  return (answer as { secret: string }).secret;
}

/** The model `sums`, served under its own name. */
async function pushSums({ calls }: Work): Promise<void> {
  const { bytes } = sumAndDifferenceModel();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = [{ path: 'model.onnx', sha256, size: bytes.length }];
  const write = { resource: 'model sums', effect: 'add', method: 'POST' } as const;
  const body = { model: 'sums', files };
  const { answer } = await calls.write({
    ...write,
    what: 'POST upload',
    value: 'upload',
    path: '/api/v1/uploads',
    body,
  });
  const upload = `/api/v1/uploads/${(answer as { id: string }).id}`;
  if (!(await calls.append(`${upload}/files/${sha256}?offset=0`, bytes))) throw new Error('sums could not be pushed');
  await calls.write({ ...write, what: 'POST commit', value: 'commit', path: `${upload}/commit` });
}
