import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { cacheFolder } from './cache-folder.ts';
import { entriesOfZip, type ZipEntry } from './zip.ts';

/** Major, minor, patch. */
type GoVersion = readonly [number, number, number];

const fetched = {
  version: 'go1.26.8',
  module: 'golang.org/toolchain',
  moduleVersion: 'v0.0.1-go1.26.8.linux-amd64',
  /** As the checksum database has it: proxy.golang.org/sumdb/sum.golang.org/lookup/<module>@<version>. */
  hash: 'h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=',
};
const FETCH_TIMEOUT_MS = 600_000;
const ARCHIVE_BYTES_MAX = 256 * 1024 * 1024;

/**
 * The `go` to build programs with that need a newer one than Debian 12 has (1.19): the one on PATH when it is new enough,
 * else go1.26.8 from the module proxy, kept in the cache folder.
 *
 * @param oldest what go.mod of the program asks for
 * @throws ClusterError SOURCE_UNREACHABLE when no proxy of GOPROXY has it, CHECKSUM_MISMATCH when the bytes are not those
 * that the checksum database knows.
 */
export async function goProgram(oldest: GoVersion = [1, 25, 0]): Promise<string> {
  if (isNewEnough('go', oldest)) return 'go';
  const folder = cacheFolder('go', fetched.version);
  const program = join(folder, 'bin', 'go');
  if (existsSync(program)) return program;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ClusterError('SOURCE_UNREACHABLE', `Go ${oldest.join('.')} or later is needed on PATH`, {
      fix: 'Install it from https://go.dev/dl: on its own, this door fetches it for Linux on amd64 only.',
    });
  }
  console.log(`Fetching ${fetched.version} from the module proxy into ${folder} ...`);
  await install(await download(), folder);
  return program;
}

function isNewEnough(program: string, oldest: GoVersion): boolean {
  const { stdout, status } = spawnSync(program, ['env', 'GOVERSION'], { encoding: 'utf8', timeout: 10_000 });
  if (status !== 0) return false;
  const [, major, minor, patch] = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout) ?? [];
  if (Number(major) !== oldest[0]) return false;
  return Number(minor) > oldest[1] || (Number(minor) === oldest[1] && Number(patch ?? 0) >= oldest[2]);
}

async function download(): Promise<Buffer> {
  const proxies = (process.env['GOPROXY'] ?? 'https://proxy.golang.org').split(/[,|]/);
  const problems: string[] = [];
  for (const proxy of proxies.filter((name) => name.startsWith('http'))) {
    const url = `${proxy.replace(/\/$/, '')}/${fetched.module}/@v/${fetched.moduleVersion}.zip`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
      if (answer.ok && Number(answer.headers.get('content-length')) <= ARCHIVE_BYTES_MAX) {
        return Buffer.from(await answer.arrayBuffer());
      }
      problems.push(`${url}: ${answer.status}`);
    } catch (error) {
      problems.push(`${url}: ${String(error)}`);
    }
  }
  throw new ClusterError('SOURCE_UNREACHABLE', `${fetched.version} could not be fetched: ${problems.join('; ')}`);
}

async function install(archive: Buffer, folder: string): Promise<void> {
  const entries = entriesOfZip(archive);
  const hash = moduleHash(entries);
  if (hash !== fetched.hash) {
    throw new ClusterError('CHECKSUM_MISMATCH', `${fetched.version} has the hash ${hash}, expected ${fetched.hash}`);
  }
  await mkdir(dirname(folder), { recursive: true });
  // Written beside its place and renamed: a second process never sees half of it.
  const scratch = await mkdtemp(`${folder}-`);
  const top = `${fetched.module}@${fetched.moduleVersion}/`;
  for (const entry of entries) {
    const inside = entry.path.slice(top.length);
    const target = join(scratch, inside);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, entry.read());
    // Module archives carry no modes: what Go itself makes executable is in these two folders.
    if (/^(bin|pkg\/tool)\//.test(inside)) await chmod(target, 0o755);
  }
  await rename(scratch, folder).catch(async (error: unknown) => {
    await rm(scratch, { recursive: true });
    if (!existsSync(folder)) throw error;
  });
}

/** The hash of a module: golang.org/x/mod/sumdb/dirhash, `Hash1`. */
export function moduleHash(entries: readonly Pick<ZipEntry, 'path' | 'read'>[]): string {
  const lines = entries
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, read }) => `${createHash('sha256').update(read()).digest('hex')}  ${path}\n`);
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`;
}
