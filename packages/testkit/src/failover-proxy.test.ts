import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFailoverProxy } from './failover-proxy.ts';
import type { FailoverProxy } from './failover-proxy.ts';

let echo: Server;
let proxy: FailoverProxy;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await startFailoverProxy([(echo.address() as AddressInfo).port]);
});

afterEach(async () => {
  await proxy.close();
  echo.close();
});

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function answer(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const outcome = await Promise.race([
    once(socket, 'data').then(([data]) => String(data)),
    once(socket, 'close').then(() => 'closed'),
    delay(300, 'silence'),
  ]);
  return outcome;
}

test('a link that is cut ends connections and takes no new ones until it is whole again', async () => {
  const before = await open();
  expect(await answer(before, 'a')).toBe('a');
  const closed = once(before, 'close');
  proxy.setLink('cut');
  await closed;
  expect(await answer(await open(), 'b')).toBe('closed');
  proxy.setLink('whole');
  expect(await answer(await open(), 'c')).toBe('c');
});

test('a black hole swallows every byte of old and new connections, which end once it is gone and they send again', async () => {
  const before = await open();
  expect(await answer(before, 'a')).toBe('a');
  proxy.setLink('black-hole');
  const during = await open();
  expect([await answer(before, 'b'), await answer(during, 'c')]).toEqual(['silence', 'silence']);
  proxy.setLink('whole');
  expect(await answer(await open(), 'd')).toBe('d');
  expect([await answer(before, 'e'), await answer(during, 'f')]).toEqual(['closed', 'closed']);
});
