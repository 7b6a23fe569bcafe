import { describe, expect, it } from 'vitest';
import { said } from '../fixture.ts';
import type { Rule } from '../repository.ts';
import { allowedLicences } from './allowed-licences.ts';
import { directReasons } from './direct-reasons.ts';
import { noInstallScripts } from './install-scripts.ts';
import { lockedSources } from './locked-sources.ts';
import { pythonHashes } from './python-hashes.ts';
import { dependencyPageIsFresh, renderDependencyPage } from './render-page.ts';

const hash = `sha512-${'A'.repeat(86)}==`;
const zod = { version: '4.6.7', integrity: hash, license: 'MIT' };
const known = {
  npm: { zod: 'checks what comes from outside' },
  python: { numpy: 'tensors' },
  allowedLicences: ['MIT', 'ISC', 'BSD-3-Clause'],
  licenceExceptions: {},
  installScripts: {},
  pythonLicences: { numpy: 'BSD-3-Clause' },
};
const numpy = `numpy==2.4.6 \\\n    --hash=sha256:${'0'.repeat(64)}\n`;

/** A repository with one package of npm and one of Python, in which all is well but for what is changed. */
function repository(change: {
  readonly packages?: object;
  readonly known?: object;
  readonly files?: Readonly<Record<string, string>>;
}): Record<string, string> {
  const packages = {
    '': { dependencies: { zod: '4.6.7' } },
    'node_modules/zod': zod,
    'packages/core': { name: '@cluster-ai/core', dependencies: {} },
    'node_modules/@cluster-ai/core': { resolved: 'packages/core', link: true },
    ...change.packages,
  };
  return {
    '.npmrc': 'ignore-scripts=true\n',
    'package.json': '{\n  "dependencies": {\n    "zod": "4.6.7"\n  }\n}\n',
    'package-lock.json': JSON.stringify({ packages }, null, 2),
    'tools/tidy/dependencies/known.json': JSON.stringify({ ...known, ...change.known }, null, 2),
    'tests/requirements.txt': `# Held by hashes.\n${numpy}`,
    'packages/core/src/a.ts': `import { z } from 'zod';\n`,
    ...change.files,
  };
}

const rules = { lockedSources, allowedLicences, noInstallScripts, directReasons, pythonHashes };
const locked = (entry: object) => repository({ packages: { 'node_modules/zod': entry } });

it.each(Object.entries(rules))('%s is content where all is well, and where there is no lockfile', (_name, rule) => {
  expect(said(rule, repository({}))).toEqual([]);
  expect(said(rule, { 'README.md': '' })).toEqual([]);
});

describe('what is refused', () => {
  const cases: [string, Rule, Record<string, string>, string][] = [
    [
      'a branch of a git repository',
      lockedSources,
      locked({ ...zod, resolved: 'git+ssh://git@github.com/colinhacks/zod.git#0123456' }),
      'package-lock.json:8: zod comes from git+ssh://git@github.com/colinhacks/zod.git#0123456. Take it from https://registry.npmjs.org/.',
    ],
    [
      'an address without TLS',
      lockedSources,
      locked({ ...zod, resolved: 'http://registry.npmjs.org/zod/-/zod-4.6.7.tgz' }),
      'package-lock.json:8: zod comes from http://registry.npmjs.org/zod/-/zod-4.6.7.tgz. Take it from https://registry.npmjs.org/.',
    ],
    [
      'another registry',
      lockedSources,
      locked({ ...zod, resolved: 'https://npm.example.com/zod/-/zod-4.6.7.tgz' }),
      'package-lock.json:8: zod comes from https://npm.example.com/zod/-/zod-4.6.7.tgz. Take it from https://registry.npmjs.org/.',
    ],
    [
      'a host whose name only begins like the registry',
      lockedSources,
      locked({ ...zod, resolved: 'https://registry.npmjs.org.example.com/zod-4.6.7.tgz' }),
      'package-lock.json:8: zod comes from https://registry.npmjs.org.example.com/zod-4.6.7.tgz. Take it from https://registry.npmjs.org/.',
    ],
    [
      'a range',
      lockedSources,
      locked({ ...zod, version: '^4.6.7' }),
      `package-lock.json:8: zod is '^4.6.7', not one version. Name a version of the registry.`,
    ],
    [
      'a package without a hash',
      lockedSources,
      locked({ version: '4.6.7', license: 'MIT' }),
      'package-lock.json:8: zod has no sha512 hash: other bytes would be installed unnoticed. Run node tools/complete-lockfile.mjs, or npm install against a full registry.',
    ],
    [
      'a hash that can be forged',
      lockedSources,
      locked({ ...zod, integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }),
      'package-lock.json:8: zod has no sha512 hash: other bytes would be installed unnoticed. Run node tools/complete-lockfile.mjs, or npm install against a full registry.',
    ],
    [
      'a licence that is not in the list',
      allowedLicences,
      locked({ ...zod, license: '(MIT AND GPL-3.0)' }),
      'package-lock.json:8: zod is under (MIT AND GPL-3.0), which is not in the list. Use another package, or name the reason in tools/tidy/dependencies/known.json.',
    ],
    [
      'a package that does not say its licence',
      allowedLicences,
      locked({ version: '4.6.7', integrity: hash }),
      'package-lock.json:8: the licence of zod is not known. Find it out; for Python it goes into tools/tidy/dependencies/known.json.',
    ],
    [
      'a Python package whose licence nobody wrote down',
      allowedLicences,
      repository({ known: { pythonLicences: {} } }),
      'tests/requirements.txt:2: the licence of numpy is not known. Find it out; for Python it goes into tools/tidy/dependencies/known.json.',
    ],
    [
      'an exception that nothing needs',
      allowedLicences,
      repository({ known: { licenceExceptions: { 'axe-core': { licence: 'MPL-2.0', reason: 'tests alone' } } } }),
      'tools/tidy/dependencies/known.json:14: no package needs the exception for axe-core any more. Remove it.',
    ],
    [
      'a script at install time of which nobody knows',
      noInstallScripts,
      locked({ ...zod, hasInstallScript: true }),
      'package-lock.json:8: zod wants to run a script when it is installed, which it may not. Write into tools/tidy/dependencies/known.json what is done instead.',
    ],
    [
      'scripts at install time switched on',
      noInstallScripts,
      repository({ files: { '.npmrc': 'save-exact=true\n' } }),
      '.npmrc:1: packages could run code when they are installed. Write ignore-scripts=true.',
    ],
    [
      'a script that is gone',
      noInstallScripts,
      repository({ known: { installScripts: { sharp: 'nothing' } } }),
      'tools/tidy/dependencies/known.json:15: sharp has no script any more. Remove the entry.',
    ],
    [
      'a package without a reason',
      directReasons,
      repository({ known: { npm: {} } }),
      'package.json:3: why is zod here? Write the reason into tools/tidy/dependencies/known.json.',
    ],
    [
      'a package that nothing uses',
      directReasons,
      repository({ files: { 'packages/core/src/a.ts': `export const zodiac = 'aries';\n` } }),
      'package.json:3: nothing uses zod. Remove it with npm uninstall.',
    ],
    [
      'a reason without its package',
      directReasons,
      repository({ known: { npm: { ...known.npm, react: 'pages' } } }),
      'tools/tidy/dependencies/known.json:4: nobody asks for react any more. Remove its reason.',
    ],
    [
      'a range of Python versions',
      pythonHashes,
      repository({ files: { 'tests/requirements.txt': numpy.replace('==', '>=') } }),
      `tests/requirements.txt:1: numpy is '>=2.4.6', not one version. Write ==, and the version.`,
    ],
    [
      'a Python package without hashes',
      pythonHashes,
      repository({ files: { 'tests/requirements.txt': 'numpy==2.4.6\n' } }),
      'tests/requirements.txt:1: numpy has no hashes. The first lines of this file say how they are made.',
    ],
    [
      'a page that is not written again',
      dependencyPageIsFresh,
      repository({ files: { 'docs/reference/dependencies.md': '# Dependencies\n' } }),
      'docs/reference/dependencies.md:1: the page is not what package-lock.json and the lists say. Run node tools/generate-dependency-docs.ts.',
    ],
  ];
  it.each(cases)('refused: %s', (_what, rule, files, sentence) => {
    expect(said(rule, files)).toEqual([sentence]);
  });
});

it('takes one licence of a choice, exceptions by name, and scripts of which it is known what is done instead', () => {
  const choice = locked({ ...zod, license: '(GPL-3.0 OR MIT)' });
  expect(said(allowedLicences, choice)).toEqual([]);
  const exception = repository({
    packages: { 'node_modules/axe-linux': { ...zod, license: 'MPL-2.0', hasInstallScript: true } },
    known: {
      licenceExceptions: { 'axe-*': { licence: 'MPL-2.0', reason: 'tests alone' } },
      installScripts: { 'axe-*': 'nothing' },
    },
  });
  expect(said(allowedLicences, exception)).toEqual([]);
  expect(said(noInstallScripts, exception)).toEqual([]);
});

it('writes each package with version, licence, reason and hash into the page', () => {
  const files = Object.entries(repository({})).map(([path, text]) => ({ path, text, executable: false }));
  const page = renderDependencyPage({ files, binaries: [] });
  expect(page).toContain(`| zod | 4.6.7 | MIT | checks what comes from outside | \`${hash}\` |`);
  expect(page).toContain('| numpy | 2.4.6 | BSD-3-Clause | tensors | 1 hashes in tests/requirements.txt |');
});
