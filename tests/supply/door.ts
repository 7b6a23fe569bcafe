import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Ended {
  readonly status: number | null;
  readonly text: string;
}

/** Runs a door of tools/ to its end, as make does. */
export async function runDoor(
  program: 'security-scan.ts' | 'release-images.ts',
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn('node', [join(root, 'tools', program), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  await once(child, 'close');
  return { status: child.exitCode, text: Buffer.concat(parts).toString('utf8') };
}
