import { expect } from 'vitest';
import { until } from '../../start-platform.ts';
import { smallLimits, type Stage } from './stage.ts';
import { Wire } from './wire.ts';

/** Wait for anything at most. */
const withinMs = 15_000;

/** Opens more connections than there may be, and holds them. */
export async function floodWithConnections({ ports, keyed }: Stage): Promise<void> {
  const port = ports['gateway-with-keys'];
  const opened = await Promise.all(
    Array.from({ length: smallLimits.connections + 50 }, () => Wire.open(port, '127.0.0.1')),
  );
  const isClosed = (wire: Wire): boolean => wire.endedAtMs !== null;
  try {
    await until('those beyond the limit are closed', withinMs, () => opened.filter(isClosed).length >= 50);
    // Those that got in send nothing, and lose their places to the next client in time.
    const tookMs = await until('those that idle are closed', withinMs, () => opened.every(isClosed));
    console.log(
      `${opened.length} connections, ${smallLimits.connections} at once: all closed after ${Math.round(tookMs)} ms`,
    );
  } finally {
    for (const wire of opened) wire.destroy();
  }
  expect((await fetch(`${keyed.url}/v2/health/live`)).status).toBe(200);
}

/** Sends bodies slowly until there is no room for more, and shows that they are refused, counted and forgotten. */
export async function floodWithBodies({ ports, keyed, values }: Stage): Promise<void> {
  const port = ports['gateway-with-keys'];
  const head = (length: number): string =>
    `POST /v2/models/identity_fp32/infer HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${values.get('keyAll')}\r\n` +
    `Content-Length: ${length}\r\n\r\n`;
  const part = smallLimits.bodyBytesInFlight / 4;
  const slow = await Promise.all(Array.from({ length: 3 }, () => Wire.open(port, '127.0.0.1')));
  try {
    for (const wire of slow) wire.send(Buffer.from(head(2 * part) + ' '.repeat(part)));
    await until('their bytes are inside', withinMs, async () => (await figures(keyed.metricsUrl)).inside >= 3 * part);
    const next = await Wire.open(port, '127.0.0.1');
    next.send(Buffer.from(head(2 * part) + ' '.repeat(2 * part)));
    await next.untilAnswers(1, withinMs);
    next.destroy();
    const [answer] = next.answers;
    expect({ status: answer?.status, body: answer?.body, again: answer?.headers.get('retry-after') }).toEqual({
      status: 503,
      body: JSON.stringify({
        error: `the gateway is full: the bodies of requests inside may have ${smallLimits.bodyBytesInFlight} bytes together`,
      }),
      again: '1',
    });
    expect((await figures(keyed.metricsUrl)).refused).toBe(1);
    await until('the slow ones are given up', withinMs, () => slow.every(({ endedAtMs }) => endedAtMs !== null));
  } finally {
    for (const wire of slow) wire.destroy();
  }
  await until('there is room again', withinMs, async () => (await figures(keyed.metricsUrl)).inside === 0);
}

async function figures(url: string): Promise<{ readonly inside: number; readonly refused: number }> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const figure = (name: string): number =>
    Number(
      page
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  return {
    inside: figure('cluster_ai_gateway_in_flight_body_bytes'),
    refused: figure('cluster_ai_gateway_admission_refused_total{reason="body_bytes"}'),
  };
}
