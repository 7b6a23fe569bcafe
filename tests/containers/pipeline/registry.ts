import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '../../start-platform.ts';

export interface Registry {
  /** With the slash at its end, as names of images begin. */
  readonly prefix: string;
  stop(): Promise<void>;
}

/** A registry on this machine: what is pushed has a digest there, which a local image has not. */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-registry-'));
  const port = await freePort();
  const settings = join(folder, 'registry.yml');
  writeFileSync(
    settings,
    `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${join(folder, 'blobs')} } }
http: { addr: 127.0.0.1:${port} }
`,
  );
  // Of Debian's package docker-registry.
  const server = spawn('docker-registry', ['serve', settings], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('the registry answers', 60_000, () =>
      fetch(`http://127.0.0.1:${port}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { prefix: `127.0.0.1:${port}/`, stop };
}
