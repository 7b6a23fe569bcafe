import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../../tools/cache-folder.ts';
import { fetchPackage } from '../../../tools/fetch-package.ts';
import pinnedNode from '../../../tools/bootstrap/pinned-node.json' with { type: 'json' };
import type { Engine } from './engine.ts';

/** The program with which packages are installed where images are built; the images of Node that people pull carry it. */
const npm = {
  name: 'npm',
  version: '11.6.2',
  integrity: 'sha512-7iKzNfy8lWYs3zq4oFPa8EXZz5xt9gQNKJZau3B1ErLBb6bF7sBJ00x09485DOvRT2l5Gerbl3VlZNT57MxJVA==',
};

/** A root file system, made on this machine, that stands in for an image of the same name. */
export interface Base {
  /** The name under which Dockerfiles ask for it. */
  readonly image: string;
  /** What it is made of besides the recipe; another value makes it anew. */
  readonly recipe: string;
  /** Fills an empty folder. */
  readonly fill: (folder: string) => Promise<void>;
  /** Settings of the image, as `docker import --change` takes them. */
  readonly changes: readonly string[];
}

const suite = 'bookworm';
const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const distroless = [
  path,
  'USER 65532:65532',
  'WORKDIR /home/nonroot',
  'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
];
const dataPackages = ['tzdata', 'media-types', 'netbase'];

export type BaseName = 'debian' | 'node' | 'distroless-cc' | 'distroless-static';

/**
 * Stand-ins for the images that our Dockerfiles begin with. They hold what those hold as far as we use it: Debian 12, Node
 * of the pinned version, npm; the distroless ones have no shell, no package manager, and the user nonroot (65532).
 */
export const bases: Readonly<Record<BaseName, Base>> = {
  debian: {
    image: 'docker.io/library/debian:bookworm-slim',
    recipe: 'minbase, ca-certificates',
    fill: fillDebian,
    changes: [path, 'CMD ["bash"]'],
  },
  node: {
    image: 'docker.io/library/node:24-bookworm-slim',
    recipe: `minbase, ca-certificates, node ${pinnedNode.version}, npm ${npm.version}`,
    fill: async (folder) => {
      await fillDebian(folder);
      await addNode(join(folder, 'usr/local/bin/node'));
      await addNpm(folder);
    },
    changes: [path, `ENV NODE_VERSION=${pinnedNode.version}`, 'CMD ["node"]'],
  },
  'distroless-cc': {
    image: 'gcr.io/distroless/cc-debian12:nonroot',
    recipe: 'libraries',
    fill: (folder) => fillDistroless(folder, ['libc6', 'libgcc-s1', 'libstdc++6', ...dataPackages]),
    changes: distroless,
  },
  'distroless-static': {
    image: 'gcr.io/distroless/static-debian12:nonroot',
    recipe: 'data alone',
    fill: (folder) => fillDistroless(folder, dataPackages),
    changes: distroless,
  },
};

/** Puts the named bases into the engine, where it does not have them yet. */
export async function provideBases(engine: Engine, names: readonly BaseName[]): Promise<void> {
  for (const name of names) await provideBase(engine, bases[name]);
}

/** The same for a base of a test's own. The tarball is kept in the cache folder. */
export async function provideBase(engine: Engine, base: Base): Promise<void> {
  const key = createHash('sha256')
    .update(JSON.stringify([base.image, base.recipe, base.changes]))
    .digest('hex')
    .slice(0, 16);
  const label = `cluster-ai.base=${key}`;
  if (
    engine.docker(
      'images',
      '--quiet',
      '--filter',
      `label=${label}`,
      '--filter',
      `reference=${referenceOf(base.image)}`,
    ) !== ''
  ) {
    return;
  }
  const tarball = cacheFolder('bases', `${key}.tar`);
  if (!existsSync(tarball)) await makeTarball(base, tarball);
  const changes = [...base.changes, `LABEL ${label}`].flatMap((change) => ['--change', change]);
  engine.docker('import', ...changes, tarball, base.image);
}

/** Docker shows images of its own hub without the hub. */
const referenceOf = (image: string): string => image.replace('docker.io/library/', '');

async function makeTarball(base: Base, tarball: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-base-'));
  try {
    await base.fill(folder);
    mkdirSync(dirname(tarball), { recursive: true });
    // Beside its place and renamed: a second run never sees half a file.
    const scratch = `${tarball}.${process.pid}`;
    execFileSync('tar', ['--create', '--numeric-owner', '--sort=name', '--directory', folder, '--file', scratch, '.']);
    renameSync(scratch, tarball);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A minimal Debian with the packages named, made once per list of packages. */
export async function fillDebian(folder: string, packages: readonly string[] = []): Promise<void> {
  const include = ['ca-certificates', ...packages].toSorted().join(',');
  const tarball = cacheFolder('bases', `debian-${createHash('sha256').update(include).digest('hex').slice(0, 16)}.tar`);
  if (!existsSync(tarball)) {
    mkdirSync(dirname(tarball), { recursive: true });
    const scratch = `${tarball}.${process.pid}.tar`;
    execFileSync('mmdebstrap', ['--quiet', '--variant=minbase', `--include=${include}`, suite, scratch], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    renameSync(scratch, tarball);
  }
  execFileSync('tar', ['--extract', '--numeric-owner', '--directory', folder, '--file', tarball, '--exclude=./dev/*']);
  // Where the registries of this machine are reached through an authority of its own, builds have to know it, too.
  cpSync('/etc/ssl/certs/ca-certificates.crt', join(folder, 'etc/ssl/certs/ca-certificates.crt'));
}

async function addNode(target: string): Promise<void> {
  const { name, integrity } = pinnedNode.packages['linux-x64'];
  const { files } = await fetchPackage({ name, integrity, version: pinnedNode.version }, ['bin/node']);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, bytesOf(files, 'bin/node'));
  chmodSync(target, 0o755);
}

async function addNpm(folder: string): Promise<void> {
  await fetchPackage(npm, ['package.json'], cacheFolder('packages'));
  const tarball = cacheFolder('packages', `${npm.name}-${npm.version}.tgz`);
  const target = join(folder, 'usr/local/lib/node_modules/npm');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['--extract', '--gzip', '--strip-components=1', '--directory', target, '--file', tarball]);
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm'));
  symlinkSync('../lib/node_modules/npm/bin/npx-cli.js', join(folder, 'usr/local/bin/npx'));
}

/** What packages of Debian hold, without their scripts, with certificates and the user: no shell, nothing to install with. */
async function fillDistroless(folder: string, packages: readonly string[]): Promise<void> {
  const archives = mkdtempSync(join(tmpdir(), 'cluster-ai-packages-'));
  try {
    execFileSync('apt-get', ['download', '--quiet', ...packages], {
      cwd: archives,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    execFileSync('sh', ['-c', 'for package in *.deb; do dpkg-deb --extract "$package" "$0"; done', folder], {
      cwd: archives,
    });
  } finally {
    rmSync(archives, { recursive: true });
  }
  for (const name of ['usr/share/doc', 'usr/share/lintian', 'usr/share/gcc']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
  mkdirSync(join(folder, 'etc/ssl/certs'), { recursive: true });
  cpSync('/etc/ssl/certs/ca-certificates.crt', join(folder, 'etc/ssl/certs/ca-certificates.crt'));
  writeFileSync(
    join(folder, 'etc/passwd'),
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  );
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
  writeFileSync(join(folder, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  execFileSync('install', ['-d', '-o', '65532', '-g', '65532', '-m', '0700', join(folder, 'home/nonroot')]);
  execFileSync('install', ['-d', '-m', '1777', join(folder, 'tmp')]);
}

function bytesOf(files: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`the package has no ${name}`);
  return bytes;
}
