import { connect } from 'node:net';
import { pause } from '../../start-platform.ts';
import { soakModel } from './soak-model.ts';
import type { World } from './world.ts';

const announced = `POST /v2/models/${soakModel}/infer HTTP/1.1\r\nHost: soak\r\nContent-Length: 4096\r\n\r\n`;

/** Sends half of a request and resets the connection. */
export async function brokenClient(world: World): Promise<void> {
  const socket = await connectTo(world);
  const half = `${announced}{"inputs":[`;
  socket.write(half.slice(0, Math.ceil(world.random() * half.length)));
  await pause(20);
  socket.resetAndDestroy();
}

/** Sends a byte now and then, and goes away after some seconds. */
export async function slowClient(world: World): Promise<void> {
  const socket = await connectTo(world);
  for (let sent = 0; sent < 10 && !socket.destroyed; sent += 1) {
    socket.write(announced.slice(sent, sent + 1));
    await pause(500);
  }
  socket.destroy();
}

function connectTo(world: World) {
  const { hostname, port } = new URL(world.platform.gatewayUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  // The gateway may close first: it is right to.
  socket.on('error', () => socket.destroy());
  return new Promise<typeof socket>((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('close', () => reject(new Error('the gateway took no connection')));
  });
}
