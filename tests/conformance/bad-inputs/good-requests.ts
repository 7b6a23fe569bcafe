import { expect } from 'vitest';
import type { Stage } from './stage.ts';

const body = JSON.stringify({
  inputs: [{ name: 'INPUT0', datatype: 'FP32', shape: [1, 2], data: [1.5, -2] }],
});

/** A tensor of 32 MiB, as large as the largest of the cases. */
export async function sendLargeRequest({ platform }: Stage): Promise<void> {
  const bytes = 32 * 2 ** 20;
  const header = JSON.stringify({
    inputs: [{ name: 'INPUT0', datatype: 'FP32', shape: [1, bytes / 4], parameters: { binary_data_size: bytes } }],
    parameters: { binary_data_output: true },
  });
  const answer = await fetch(`${platform.gatewayUrl}/v2/models/identity_fp32/infer`, {
    method: 'POST',
    headers: { 'inference-header-content-length': String(header.length) },
    body: Buffer.concat([Buffer.from(header), Buffer.alloc(bytes)]),
  });
  expect([answer.status, (await answer.arrayBuffer()).byteLength > bytes]).toEqual([200, true]);
}

/** What a well-behaved client sends: predictions to both gateways and through the front door, and a list. */
export async function sendGoodRequests(stage: Stage, count: number): Promise<void> {
  const { platform, keyed, values } = stage;
  const key = { authorization: `Bearer ${values.get('keyAll')}` };
  const admin = { authorization: `Bearer ${platform.adminToken}` };
  for (let sent = 0; sent < count; sent += 1) {
    await predict(`${platform.gatewayUrl}/v2/models/identity_fp32/infer`, {});
    await predict(`${keyed.url}/v2/models/identity_fp32/infer`, key);
    await predict(`${platform.controlUrl}/predict/v2/models/identity_fp32/infer`, {});
    const models = await fetch(`${platform.controlUrl}/api/v1/models?limit=5`, { headers: admin });
    expect([models.status, (await models.text()).length > 100]).toEqual([200, true]);
  }
}

async function predict(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect({ status: answer.status, body: await answer.json() }).toMatchObject({
    status: 200,
    body: { outputs: [{ data: [1.5, -2] }] },
  });
}
