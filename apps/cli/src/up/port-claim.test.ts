import { createServer } from 'node:net';
import { freePorts, isPortFree } from '@cluster-ai/platform/process/ports.ts';
import { openListener } from '@cluster-ai/platform/edge/open-listener.ts';
import { expect, test } from 'vitest';
import { claimPorts } from './port-claim.ts';

test('a port that is claimed is refused to another platform, until it is released', async () => {
  const [first = 0, second = 0] = await freePorts('127.0.0.1', 2);
  const claim = await claimPorts([first]);
  await expect(claimPorts([second, first])).rejects.toMatchObject({
    code: 'ALREADY_RUNNING',
    message: expect.stringContaining(`port ${first} is shared`),
  });
  // What was claimed before the refusal was given back.
  (await claimPorts([second])).release();
  claim.release();
  (await claimPorts([first])).release();
});

test('two listeners share a port; a third one that does not say so, and a look whether it is free, find it taken', async () => {
  const options = { listenerId: 'http', host: '127.0.0.1', onDefect: () => undefined };
  const servers = [createServer(), createServer(), createServer()] as const;
  try {
    const port = await openListener(servers[0], { ...options, port: 0, reusePort: true });
    expect(await openListener(servers[1], { ...options, port, reusePort: true })).toBe(port);
    await expect(openListener(servers[2], { ...options, port })).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      message: `port ${port} on 127.0.0.1 is taken (listener 'http')`,
    });
    expect(await isPortFree('127.0.0.1', port)).toBe(false);
  } finally {
    for (const server of servers) server.close();
  }
});
