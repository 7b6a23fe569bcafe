import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const READY_WITHIN_MS = 30_000;

export interface Registry {
  /** host:port */
  readonly address: string;
  /** Where its files lie. */
  readonly storage: string;
  /** Puts an image in. @returns its reference by digest */
  push(layout: string, name: string): string;
  stop(): Promise<void>;
}

/** Debian's docker-registry (CNCF Distribution) with its files in the folder. */
export async function startRegistry(folder: string): Promise<Registry> {
  const [address, storage] = [`127.0.0.1:${await freePort()}`, join(folder, 'storage')];
  const settings = join(folder, 'registry.yml');
  writeFileSync(
    settings,
    `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${storage}\n  delete:\n    enabled: true\nhttp:\n  addr: ${address}\n`,
  );
  const child = spawn('docker-registry', ['serve', settings], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  const until = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(address))) {
    if (performance.now() > until) throw new Error(`docker-registry does not answer on ${address}`);
    await wait(200);
  }
  return { address, storage, stop, push: (layout, name) => push(folder, address, layout, name) };
}

function push(folder: string, address: string, layout: string, name: string): string {
  const digest = join(mkdtempSync(join(folder, 'pushed-')), 'digest');
  const to = `docker://${address}/${name}:latest`;
  execFileSync('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', '--digestfile', digest, `oci:${layout}`, to]);
  return `${address}/${name}@${readFileSync(digest, 'utf8').trim()}`;
}

const isReady = (address: string): Promise<boolean> =>
  fetch(`http://${address}/v2/`).then(
    ({ ok }) => ok,
    () => false,
  );

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
