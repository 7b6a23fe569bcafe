import type { Repository, Rule } from '../repository.ts';
import { readDependencies, type Dependencies, type LockedPackage } from './read-dependencies.ts';

export const dependencyPage = 'docs/reference/dependencies.md';

/** The page is what lockfile, lists and reasons say; whoever changes a dependency writes it again. */
export const dependencyPageIsFresh: Rule = (repository) => {
  const page = renderDependencyPage(repository);
  if (page === null || repository.files.some(({ path, text }) => path === dependencyPage && text === page)) return [];
  const message =
    'the page is not what package-lock.json and the lists say. Run node tools/generate-dependency-docs.ts.';
  return [{ path: dependencyPage, line: 1, message }];
};

/** All packages of others with version, licence, hash, and why they are here. @returns null without a lockfile. */
export function renderDependencyPage(repository: Repository): string | null {
  const dependencies = readDependencies(repository);
  if (dependencies === null) return null;
  const { locked, direct } = dependencies;
  const once = [...new Map(locked.map((one) => [`${one.name}@${one.version}`, one])).values()];
  const named = once.filter(({ name, place }) => direct.has(name) && place === `node_modules/${name}`);
  const others = once.filter((one) => !named.includes(one));
  const runs = (one: LockedPackage): boolean => one.dev !== true;
  return [
    '# Dependencies',
    '',
    '<!-- Written by tools/generate-dependency-docs.ts from package-lock.json, the lists of Python packages and tools/tidy/dependencies/known.json. -->',
    '',
    `Everything of others that is installed: ${once.filter(runs).length} npm packages that run or may run (those of other`,
    `platforms included), ${once.length - once.filter(runs).length} that build and test. Each is one version, held by the hash of its file; \`make check\` refuses`,
    'a package without one, a source other than the registry, a licence that is not in the list, and a script that would',
    'run when it is installed. `make sbom` writes what is shipped as CycloneDX, with Node, PostgreSQL and the models.',
    '',
    ...table('Asked for, and part of what runs', named.filter(runs), (name) => dependencies.known.npm[name]),
    ...table(
      'Asked for, to build and to test',
      named.filter((one) => !runs(one)),
      (name) => dependencies.known.npm[name],
    ),
    ...python(dependencies),
    ...fetched(repository),
    ...licences(dependencies, once),
    ...scripts(dependencies),
    ...table('Brought by those, and part of what runs', others.filter(runs)),
    ...table(
      'Brought by those, to build and to test',
      others.filter((one) => !runs(one)),
    ),
  ].join('\n');
}

const compare = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : Number(a.name > b.name));

function table(
  title: string,
  packages: readonly LockedPackage[],
  reasonOf?: (name: string) => string | undefined,
): string[] {
  const rows = packages.toSorted(compare).map(({ name, version, license, integrity }) => {
    const why = reasonOf === undefined ? '' : ` ${reasonOf(name)} |`;
    return `| ${name} | ${version} | ${license} |${why} \`${integrity}\` |`;
  });
  const why = reasonOf === undefined ? '' : ' Why it is here |';
  const line = reasonOf === undefined ? '' : ' --- |';
  return [
    `## ${title}`,
    '',
    `| Package | Version | Licence |${why} Integrity |`,
    `| --- | --- | --- |${line} --- |`,
    ...rows,
    '',
  ];
}

function python({ known, python }: Dependencies): string[] {
  const rows = python.toSorted(compare).map(({ name, version, hashes, path }) => {
    const why = known.python[name] ?? '';
    return `| ${name} | ${version.slice(2)} | ${known.pythonLicences[name]} | ${why} | ${hashes.length} hashes in ${path} |`;
  });
  return [
    '## Python, for tests and examples',
    '',
    '| Package | Version | Licence | Why it is here | Integrity |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}

/** What is fetched as a package of npm and never installed: data, and the Node that runs all of it. */
function fetched({ files }: Repository): string[] {
  const rows = files.flatMap(({ path, text }) => {
    const what = fetchedFiles.find(({ pattern }) => pattern.test(path))?.what;
    if (what === undefined) return [];
    // Each is part of the repository and read by the program that fetches, which fails where its form is another.
    const { package: name, version, integrity, packages } = JSON.parse(text) as Source;
    const sources = packages === undefined ? [{ name, integrity }] : Object.values(packages);
    return sources.map((one) => `| ${one.name} | ${version} | ${what}: ${path} | \`${one.integrity}\` |`);
  });
  if (rows.length === 0) return [];
  return [
    '## Fetched besides',
    '',
    'Packages of npm that are not installed: nothing of them is run but Node. What tests and benchmarks need of the',
    'operating system, and why, stands in `tools/test/prerequisites.ts`.',
    '',
    '| Package | Version | What it is | Integrity |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}

const fetchedFiles = [
  { pattern: /^tools\/bootstrap\/pinned-node\.json$/, what: 'Node' },
  { pattern: /^models\/[^/]+\/source\.json$/, what: 'an example model' },
  { pattern: /^examples\/ocr\/models\.json$/, what: 'the models of PP-OCR, for make example-ocr' },
];

interface Source {
  readonly package?: string;
  readonly version: string;
  readonly integrity?: string;
  readonly packages?: Readonly<Record<string, { readonly name: string; readonly integrity: string }>>;
}

function licences({ known, python }: Dependencies, packages: readonly LockedPackage[]): string[] {
  const counts = new Map<string, number>();
  const all = [...packages.map(({ license }) => license), ...python.map(({ name }) => known.pythonLicences[name])];
  for (const licence of all) counts.set(licence ?? 'unknown', (counts.get(licence ?? 'unknown') ?? 0) + 1);
  const exceptions = Object.entries(known.licenceExceptions);
  return [
    '## Licences',
    '',
    `Allowed: ${known.allowedLicences.join(', ')}. By name: ${exceptions.map(([name, { licence, reason }]) => `${name} (${licence}: ${reason})`).join('; ')}.`,
    '',
    '| Licence | Packages |',
    '| --- | --: |',
    ...[...counts]
      .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .map(([licence, count]) => `| ${licence} | ${count} |`),
    '',
  ];
}

function scripts({ known }: Dependencies): string[] {
  return [
    '## Scripts that do not run',
    '',
    'Scripts of packages are off (`ignore-scripts` in `.npmrc`). These have one:',
    '',
    ...Object.entries(known.installScripts).map(([name, instead]) => `- \`${name}\`: ${instead}`),
    '',
  ];
}
