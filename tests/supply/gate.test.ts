import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDoor, type Ended } from './door.ts';
import { debianLayer, writeImage } from './small-image.ts';

// The database is a FIXTURE of five real records: no feed is in reach of a test.
const folder = mkdtempSync(join(tmpdir(), 'supply-gate-'));
const root = join(import.meta.dirname, '../..');

/** In the form of a token of GitHub, which no server knows. */
const madeUpToken = `ghp_${randomBytes(64)
  .toString('base64')
  .replaceAll(/[^A-Za-z0-9]/g, '')
  .slice(0, 36)}`;

const scan = (...args: readonly string[]): Promise<Ended> =>
  runDoor('security-scan.ts', ['--database', 'fixture', '--report', join(folder, 'report'), ...args]);

const git = (tree: string, ...args: readonly string[]): void => {
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], { cwd: tree });
};

/** A checkout that needs one package of npm. */
function treeWith(name: string, lodash: string): string {
  const tree = join(folder, name);
  mkdirSync(join(tree, 'security/vex'), { recursive: true });
  const asked = { name: 'seeded', version: '1.0.0', dependencies: { lodash } };
  const locked = {
    version: lodash,
    resolved: `https://registry.npmjs.org/lodash/-/lodash-${lodash}.tgz`,
    license: 'MIT',
  };
  const packages = { '': asked, 'node_modules/lodash': locked };
  writeFileSync(join(tree, 'package.json'), JSON.stringify(asked));
  writeFileSync(
    join(tree, 'package-lock.json'),
    JSON.stringify({ name: 'seeded', version: '1.0.0', lockfileVersion: 3, requires: true, packages }),
  );
  writeFileSync(join(tree, 'security/waivers.yaml'), 'waivers: []\n');
  git(tree, 'init', '--quiet');
  git(tree, 'add', '--all');
  git(tree, 'commit', '--quiet', '--message', 'first');
  return tree;
}

const waiverUntil = (day: string): string => {
  const path = join(folder, `waivers-${day}.yaml`);
  const entry = `id: CVE-2021-23337, package: lodash, reason: templates are ours alone, owner: platform, expires: '${day}'`;
  writeFileSync(path, `waivers:\n  - { ${entry} }\n`);
  return path;
};
const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a weak package in the tree', () => {
  let weak: string;

  beforeAll(() => {
    weak = treeWith('weak', '4.17.20');
  });

  it('blocks, told by both scanners, with the version to upgrade to', async () => {
    const { status, text } = await scan('--tree', weak, '--only', 'vulnerabilities');
    expect(text).toContain('BLOCKS  CVE-2021-23337 (high) in lodash 4.17.20');
    expect(text).toContain('Upgrade lodash to 4.17.21 in package-lock.json');
    expect(text).toContain('FIXTURE');
    expect(status).toBe(1);
    const report: unknown = JSON.parse(readFileSync(join(folder, 'report/report.json'), 'utf8'));
    expect(report).toMatchObject({ verdicts: [{ finding: { foundBy: ['grype', 'trivy'] } }] });
  });

  it('passes when it is mended', async () => {
    const { status, text } = await scan('--tree', treeWith('mended', '4.17.21'), '--only', 'vulnerabilities');
    expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining('The gate passes') });
  });

  it('passes while somebody answers for it, and blocks when that day is over', async () => {
    const words = ['--tree', weak, '--only', 'vulnerabilities', '--waivers'];
    const held = await scan(...words, waiverUntil(dayIn(7)));
    expect(held).toEqual({ status: 0, text: expect.stringContaining('Waived by platform') });
    const over = await scan(...words, waiverUntil(dayIn(-1)));
    expect(over).toEqual({ status: 1, text: expect.stringContaining('The waiver of platform ended on') });
  });
});

describe('an image', () => {
  const imageOf = (name: string, ...layers: Parameters<typeof writeImage>[1]): string => {
    writeImage(join(folder, name), layers);
    return `oci:${join(folder, name)}`;
  };

  it('blocks for a weak package of its operating system, and passes with the mended one', async () => {
    const weak = await scan(
      '--only',
      'images',
      '--image',
      imageOf('weak-image', debianLayer('libexpat1', '2.5.0-1', 'expat')),
    );
    expect(weak.text).toContain('Upgrade libexpat1 to 2.5.0-1+deb12u1');
    expect(weak.status).toBe(1);
    const mended = imageOf('mended-image', debianLayer('libexpat1', '2.5.0-1+deb12u1', 'expat'));
    expect(await scan('--only', 'images', '--image', mended)).toMatchObject({ status: 0 });
  });

  it('blocks for a weak package that is hidden in a bundle, which its list tells', async () => {
    const bundled = (version: string) => {
      const purl = `pkg:npm/lodash@${version}`;
      const components = [{ type: 'library', 'bom-ref': purl, name: 'lodash', version, purl }];
      const metadata = { component: { type: 'application', 'bom-ref': 'gateway', name: 'gateway', version: '0.1.0' } };
      return JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata, components });
    };
    const base = debianLayer('libexpat1', '2.5.0-1+deb12u1', 'expat');
    const weak = imageOf('weak-bundle', { ...base, 'app/sbom.cdx.json': bundled('4.17.20') });
    const told = await scan('--only', 'images', '--image', weak);
    expect(told).toEqual({
      status: 1,
      text: expect.stringContaining('BLOCKS  CVE-2021-23337 (high) in lodash 4.17.20'),
    });
    const mended = imageOf('mended-bundle', { ...base, 'app/sbom.cdx.json': bundled('4.17.21') });
    expect(await scan('--only', 'images', '--image', mended)).toMatchObject({ status: 0 });
  });

  it('passes where VEX says why it cannot hurt, and blocks without that word', async () => {
    const image = imageOf('unmended-image', debianLayer('libdb5.3', '5.3.28+dfsg2-1', 'db5.3'));
    const untold = await scan('--only', 'images', '--image', image);
    expect(untold).toEqual({ status: 1, text: expect.stringContaining('There is no fix') });
    const vex = join(folder, 'vex');
    mkdirSync(vex);
    writeFileSync(
      join(vex, 'libdb.openvex.json'),
      JSON.stringify({
        '@context': 'https://openvex.dev/ns/v0.2.0',
        '@id': 'https://cluster-ai.dev/vex/of-a-test',
        author: 'a test',
        timestamp: '2026-03-01T00:00:00Z',
        version: 1,
        statements: [
          {
            vulnerability: { name: 'CVE-2019-8457' },
            products: [{ '@id': 'pkg:deb/debian/libdb5.3' }],
            status: 'not_affected',
            justification: 'vulnerable_code_not_in_execute_path',
          },
        ],
      }),
    );
    const told = await scan('--only', 'images', '--image', image, '--vex', vex);
    expect(told).toEqual({ status: 0, text: expect.stringContaining('VEX: not affected') });
  });

  it('blocks for a secret in a layer, also when a later layer deletes it, and never prints it', async () => {
    const image = imageOf(
      'secret-image',
      { ...debianLayer('libexpat1', '2.5.0-1+deb12u1', 'expat'), 'app/token.env': `TOKEN=${madeUpToken}\n` },
      { 'app/.wh.token.env': '' },
    );
    const { status, text } = await scan('--only', 'images', '--image', image);
    expect(text).toMatch(/BLOCKS {2}A secret in .*layer-1\.tar\.gz: (?:\.\/)?app\/token\.env/);
    expect(text).not.toContain(madeUpToken);
    expect(status).toBe(1);
  });
});

describe('secrets', () => {
  it('a secret blocks after the commit with it was reverted, and is never printed', async () => {
    const tree = treeWith('leaky', '4.17.21');
    writeFileSync(join(tree, 'settings.env'), `TOKEN=${madeUpToken}\n`);
    git(tree, 'add', '--all');
    git(tree, 'commit', '--quiet', '--message', 'settings');
    git(tree, 'revert', '--no-edit', 'HEAD');
    const { status, text } = await scan('--tree', tree, '--only', 'secrets');
    expect(text).toMatch(/BLOCKS {2}A secret in the history: settings\.env, line 1, since commit [0-9a-f]{12}/);
    expect(text).not.toContain(madeUpToken);
    expect(status).toBe(1);
  });

  it('a part of the history is no pass', async () => {
    const tree = treeWith('long', '4.17.21');
    git(tree, 'commit', '--quiet', '--allow-empty', '--message', 'second');
    const shallow = join(folder, 'shallow');
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${tree}`, shallow]);
    const { status, text } = await scan('--tree', shallow, '--only', 'secrets');
    expect({ status, text }).toEqual({ status: 2, text: expect.stringContaining('a part of the history only') });
  });
});

describe('this tree', () => {
  it('passes: packages, licences, history', async () => {
    const { status, text } = await scan('--tree', root, '--only', 'vulnerabilities,licences,secrets');
    expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining('The gate passes') });
  });

  it('is not passed by a feed that does not answer', async () => {
    const { status, text } = await runDoor(
      'security-scan.ts',
      ['--only', 'vulnerabilities', '--report', join(folder, 'report')],
      // Nobody listens there.
      { TRIVY_DB_REPOSITORY: '127.0.0.1:1/trivy-db', GRYPE_DB_UPDATE_URL: 'http://127.0.0.1:1/latest.json' },
    );
    expect(text).toContain('the vulnerability feed of Trivy did not answer');
    expect(text).toContain('the vulnerability feed of Grype did not answer');
    expect(status).toBe(2);
  });
});
