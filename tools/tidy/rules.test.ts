import { describe, expect, it } from 'vitest';
import { decisionPages } from './decision-pages.ts';
import { documentLinks } from './document-links.ts';
import { fileLength } from './file-length.ts';
import { fileNames } from './file-names.ts';
import { said } from './fixture.ts';
import { noLeftovers } from './leftovers.ts';
import { lockfileIsComplete } from './lockfile-complete.ts';
import { noMachinePaths } from './machine-paths.ts';
import { makeTargetsExist } from './make-targets.ts';
import { noBarrels } from './no-barrels.ts';
import { targetsArePhony } from './phony-targets.ts';
import { pinnedDependencies } from './pinned-dependencies.ts';
import { scriptsDoSomething } from './scripts-do-something.ts';
import { threatTests } from './threat-tests.ts';

/** Words that the rules look for are put together here, so that they are not found in this file. */
const joined = (...parts: string[]): string => parts.join('');

describe('file names', () => {
  it.each([
    [
      'packages/core/src/utils.ts',
      `the name 'utils' says nothing about what is inside. Name the file after the one thing that its functions do.`,
    ],
    [
      'packages/core/src/string-helpers.ts',
      `the name 'helpers' says nothing about what is inside. Name the file after what it helps with, as a noun of the field.`,
    ],
    [
      'apps/gateway/src/common/a.ts',
      `the name 'common' says nothing about what is inside. Put each part beside the code that owns it.`,
    ],
    [
      'apps/gateway/src/model-manager.ts',
      `the name 'manager' says nothing about what is inside. Name what it does: a pool, a registry, a scheduler, a supervisor.`,
    ],
    [
      'apps/gateway/src/tickBatcher.ts',
      `'tickBatcher.ts' is not kebab-case. Write small letters, digits and hyphens, such as 'form-batches.ts'.`,
    ],
    ['apps/Gateway/main.ts', `the folder 'Gateway' is not kebab-case. Write small letters, digits and hyphens.`],
  ])('%s', (path, message) => {
    expect(said(fileNames, { [path]: '' })).toEqual([`${path}:1: ${message}`]);
  });

  it.each([
    'README.md',
    '.oxlintrc.json',
    'docker-compose.prod.yml',
    'apps/control-plane/migrations/0001_first_tables.sql',
    'packages/protocols/src/openai_core.test.ts',
  ])('%s is well named', (path) => expect(said(fileNames, { [path]: '' })).toEqual([]));
});

describe('leftovers', () => {
  it.each([
    [
      joined('// TO', 'DO: later'),
      joined('TO', 'DO'),
      'Do it now, or open an issue and describe today’s behaviour here.',
    ],
    [
      joined('run() |', '| true;'),
      joined('|', '| true'),
      'It hides every failure: test for the one case that may fail, and let the others end the script.',
    ],
    [joined('it.on', "ly('a', run);"), joined('it.on', 'ly'), 'It hides every other test: remove it.'],
    [
      joined('describe.ski', "p('a', run);"),
      joined('describe.ski', 'p'),
      'A test that cannot reach its part fails and names it: mend the test or delete it.',
    ],
    [
      joined('const a: an', 'y = 1;'),
      joined(': an', 'y'),
      'Write the type; use unknown and narrow it where the value comes from outside.',
    ],
    [
      joined('const a = b as an', 'y;'),
      joined('as an', 'y'),
      'Write the type; use unknown and narrow it where the value comes from outside.',
    ],
    [
      joined('// @ts-', 'ignore'),
      joined('@ts-', 'ignore'),
      'Mend the type; in a test of types write @ts-expect-error with the reason.',
    ],
    [
      joined('// oxlint-', 'disable-next-line'),
      joined('oxlint-', 'disable'),
      'Change the code, or the rule for everyone in .oxlintrc.json with the reason.',
    ],
  ])('%s', (code, found, instead) => {
    expect(said(noLeftovers, { 'a/b.test.ts': `const first = 1;\n${code}\n` })).toEqual([
      `a/b.test.ts:2: '${found}' is a leftover. ${instead}`,
    ]);
  });

  it('reads scripts and documents too', () => {
    expect(
      said(noLeftovers, { 'a.sh': joined('check |', '| true\n'), 'docs/a.md': joined('FIX', 'ME\n') }),
    ).toHaveLength(2);
  });

  it('does not take prose for types', () => {
    expect(said(noLeftovers, { 'a.ts': joined('// the reason: an', 'y other value\nconst a = 1;\n') })).toEqual([]);
  });
});

describe('scripts', () => {
  const nothing = 'this script does nothing and exits with 0. Write what its name promises, or delete it.';

  it.each([
    ['.ci/run', '#!/bin/sh\nset -eu\n# make test\nexit 0\n', nothing],
    ['tools/verify.sh', '#!/usr/bin/env bash\necho verified\n', nothing],
    [
      'tools/verify.ts',
      '// all of it was here\n',
      'this file holds no code. Delete it, or write what its name promises.',
    ],
    [
      'deployments/a.yaml',
      '# kind: Deployment\n',
      'this file holds only comments. Delete it, or write what its name promises.',
    ],
    ['migrations/0001_a.sql', '-- create table\n', 'this SQL file holds no statement. Delete it, or write it.'],
  ])('%s without a command', (path, text, message) => {
    expect(said(scriptsDoSomething, { [path]: text })).toEqual([`${path}:1: ${message}`]);
  });

  it('is silent about one that works', () => {
    expect(said(scriptsDoSomething, { '.ci/run': '#!/bin/sh\nset -eu\nmake test\n' })).toEqual([]);
    expect(said(scriptsDoSomething, { 'bin/a': { text: '#!/bin/sh\n', executable: true } })).toEqual([
      `bin/a:1: ${nothing}`,
    ]);
  });
});

describe('machine paths', () => {
  it.each([
    [
      joined("cd('/wo", "rk/main');"),
      joined('/wo', 'rk/'),
      'Take the folder from import.meta.dirname, an argument or a setting.',
    ],
    [
      joined("cd('/ho", "me/ana/models');"),
      joined('/ho', 'me/ana'),
      'Take the folder from os.homedir(), an argument or a setting.',
    ],
    [
      joined("cd('/tm", "p/models');"),
      joined('/tm', 'p/models'),
      'Make one with mkdtemp(join(tmpdir(), …)); in a shell with mktemp -d.',
    ],
  ])('%s', (code, found, instead) => {
    expect(said(noMachinePaths, { 'a.ts': `\n${code}\n` })).toEqual([
      `a.ts:2: '${found}' exists on one machine only. ${instead}`,
    ]);
  });

  it('is silent about addresses and longer paths', () => {
    const text = joined(
      "const a = ['https://example.com/wo",
      "rk/1', 'src/ro",
      "ot/a', '/var/lib/cluster-ai', '/tmp'];\n",
    );
    expect(said(noMachinePaths, { 'a.ts': text })).toEqual([]);
  });
});

describe('one idea a file', () => {
  it('stops at 500 lines, but not for what is generated', () => {
    const text = 'a();\n'.repeat(501);
    expect(said(fileLength, { 'a.ts': text, 'docs/a.md': text, 'src/generated/a.ts': text })).toEqual([
      'a.ts:501: 501 lines, and 500 is the limit. Find the second idea in it and give that its own file.',
    ]);
  });

  it('refuses to pass exports on, but in the face of a feature', () => {
    const text = `const a = 1;\nexport * from './b.ts';\n`;
    expect(
      said(noBarrels, { 'packages/core/src/index.ts': text, 'apps/control-plane/src/features/models/index.ts': text }),
    ).toEqual([
      'packages/core/src/index.ts:2: this passes on what another file exports. Let the callers import that file itself.',
    ]);
  });
});

describe('documents', () => {
  const makefile = 'up: bootstrap ## Start\n';

  it('name targets that exist', () => {
    const text = 'To make sure, type `make up`, then:\n\n```\nmake up\nCI=1 make ARGS=1 fly\n```\n\nor `make down`.\n';
    expect(said(makeTargetsExist, { Makefile: makefile, 'README.md': text })).toEqual([
      `README.md:5: the Makefile has no target 'fly'. Correct the text, or add the target with its ## line.`,
      `README.md:8: the Makefile has no target 'down'. Correct the text, or add the target with its ## line.`,
    ]);
  });

  it('of the Makefile are no files', () => {
    const text = (phony: string): string => `A := 1\n.PHONY: ${phony}\n\nup: bootstrap ## Start\nbootstrap:\n`;
    expect(said(targetsArePhony, { Makefile: text('up bootstrap') })).toEqual([]);
    expect(said(targetsArePhony, { Makefile: text('up down') })).toEqual([
      `Makefile:5: 'bootstrap' is not in .PHONY: a file of that name would stop it. Add it.`,
      `Makefile:2: .PHONY names 'down', which is no target. Remove it.`,
    ]);
  });

  it('link to files that exist', () => {
    const text =
      '[a](a.md), [up](../README.md#top), [here](#x), [web](https://example.com), [folder](decisions/)\n\n[gone](b.md)\n';
    expect(
      said(documentLinks, { 'README.md': '', 'docs/start.md': text, 'docs/a.md': '', 'docs/decisions/0001-a.md': '' }),
    ).toEqual([`docs/start.md:3: the link leads to 'docs/b.md', which does not exist. Correct it.`]);
  });

  it('give each decision its own number', () => {
    const files = {
      'docs/decisions/0001-first.md': '',
      'docs/decisions/0001-second.md': '',
      'docs/decisions/edge.md': '',
      'docs/decisions/README.md': '',
    };
    expect(said(decisionPages, files)).toEqual([
      'docs/decisions/0001-second.md:1: the number 0001 belongs to 0001-first.md. Take the next free one.',
      'docs/decisions/edge.md:1: a decision is named NNNN-what-was-decided.md. Give it the next free number.',
    ]);
  });
});

describe('threats', () => {
  const page = (shown: string): string =>
    `# Security\n\n| Threat | What stops it | Shown by |\n| --- | --- | --- |\n| guessing | a lock | ${shown} |\n`;
  const lock = `test('the account is locked', () => {});\ntest.each([1])(\n  'isn\\'t unlocked by %s',\n  () => {},\n);\n`;
  const saidOf = (shown: string) => said(threatTests, { 'SECURITY.md': page(shown), 'tests/lock.test.ts': lock });

  it.each([
    [
      'another part of the page',
      'a lock',
      'this threat names no test. Write the path and the title of the test that shows what stops it.',
    ],
    [
      'a test that was renamed',
      '`tests/lock.test.ts` “the account is closed”',
      'tests/lock.test.ts has no test “the account is closed”. Name the test as it is called now, or write it.',
    ],
    [
      'a file that was moved',
      '`tests/locks.test.ts` “the account is locked”',
      'there is no tests/locks.test.ts. Name the file where the test is now.',
    ],
    [
      'a file without a title',
      '`tests/lock.test.ts`',
      'tests/lock.test.ts is named without a test of it. Add its title between “ and ”.',
    ],
  ])('name a test: %s is none', (_what, shown, sentence) => {
    expect(saidOf(shown)).toEqual([`SECURITY.md:5: ${sentence}`]);
  });

  it('stand in a table: a page whose heading was changed is not taken for one without threats', () => {
    const text = page('a lock').replace('Shown by', 'Proof');
    expect(said(threatTests, { 'SECURITY.md': text, 'tests/lock.test.ts': lock })).toEqual([
      "SECURITY.md:1: there is no table that begins with '| Threat | What stops it | Shown by |'. Write the threats and their tests into one.",
    ]);
  });

  it('may name several, also in tables of cases and with quotes in them', () => {
    expect(saidOf("`tests/lock.test.ts` “the account is locked” “isn't unlocked by %s”")).toEqual([]);
  });
});

describe('dependencies', () => {
  it('are one exact version each', () => {
    const files = {
      'package.json': '{\n  "dependencies": {\n    "zod": "4.6.7",\n    "pg": "^8.0.0"\n  }\n}\n',
      'apps/cli/package.json': '{\n  "dependencies": { "zod": "4.6.8" }\n}\n',
    };
    expect(said(pinnedDependencies, files)).toEqual([
      `package.json:4: pg '^8.0.0' is a range. Write the exact version that package-lock.json holds.`,
      'apps/cli/package.json:2: zod is 4.6.8 here and 4.6.7 in package.json. Write the newer one in both.',
    ]);
  });

  it('are all in the lockfile, of other platforms too', () => {
    const lockfile = {
      packages: {
        '': {},
        'node_modules/a': { optionalDependencies: { 'a-linux': '1.0.0', 'a-darwin': '1.0.0', 'a-win32': '1.0.0' } },
        'node_modules/a/node_modules/a-linux': {},
      },
    };
    expect(said(lockfileIsComplete, { 'package-lock.json': JSON.stringify(lockfile) })).toEqual([
      'package-lock.json:1: a-darwin and 1 more are missing below node_modules/a. Run node tools/complete-lockfile.mjs.',
    ]);
  });
});
