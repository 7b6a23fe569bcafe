import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository } from '../../start-platform.ts';
import { findings, readWorkflow, targetsOf, type Job } from './workflow-findings.ts';

const folder = join(repository, '.github/workflows');
const names = ['advanced-ci.yml', 'ci-cd.yml', 'ci.yml', 'security-scan.yml'];
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
// Built by make test, as the other Go programs and Python environments.
const actionlint = join(repository, '.tools/go/actionlint');
const zizmor = join(repository, '.tools/zizmor/bin/zizmor');
const targets = targetsOf(readFileSync(join(repository, 'Makefile'), 'utf8'));

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'cluster-ai-workflows-'));
  for (const program of [actionlint, zizmor]) {
    if (!existsSync(program)) throw new Error(`${program} is missing: run make test once, which brings it`);
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Writes a text as a workflow of its own, where a linter can read it. */
function asFile(text: string): string {
  const path = join(scratch, 'workflow.yml');
  writeFileSync(path, text);
  return path;
}

function lint(paths: readonly string[]): { code: number | null; printed: string } {
  const { status, stdout, stderr } = spawnSync(actionlint, ['-no-color', '-shellcheck=', '-pyflakes=', ...paths], {
    encoding: 'utf8',
  });
  return { code: status, printed: stdout + stderr };
}

function audit(paths: readonly string[]): { code: number | null; printed: string } {
  const { status, stdout, stderr } = spawnSync(
    zizmor,
    ['--offline', '--no-progress', '--persona', 'auditor', ...paths],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  return { code: status, printed: stdout + stderr };
}

test('the workflows that people know are there, and no other', () => {
  expect(readdirSync(folder).toSorted()).toEqual(names);
});

test('actionlint finds nothing', () => {
  const { code, printed } = lint(names.map((name) => join(folder, name)));
  expect(printed).toBe('');
  expect(code).toBe(0);
});

test('zizmor finds nothing, with its strictest eyes', () => {
  const { code, printed } = audit([folder]);
  expect(printed).toContain('No findings to report');
  expect(code).toBe(0);
  console.log(execFileSync(zizmor, ['--version'], { encoding: 'utf8' }).trim());
});

test.each(names)('%s: each step of ours calls a make target, each action is a commit', (name) => {
  expect(findings(textOf(name), targets)).toEqual([]);
});

/** All that the jobs may do with the token of the run. What is not here is refused. */
const permissions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'advanced-ci.yml containers': { contents: 'read' },
  'advanced-ci.yml cluster': { contents: 'read' },
  'advanced-ci.yml supply': { contents: 'read' },
  'advanced-ci.yml mutate': { contents: 'read' },
  'advanced-ci.yml fuzz': { contents: 'read' },
  'advanced-ci.yml soak': { contents: 'read' },
  'advanced-ci.yml drills': { contents: 'read' },
  'ci-cd.yml test': { contents: 'read' },
  'ci-cd.yml scan': { contents: 'read' },
  'ci-cd.yml build': { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' },
  'ci-cd.yml staging': { contents: 'read', packages: 'read' },
  'ci-cd.yml production': { contents: 'read', packages: 'read' },
  'ci.yml test': { contents: 'read' },
  'security-scan.yml scan': { contents: 'read' },
};

test('the jobs are these, and may do this', () => {
  const found = names.flatMap((name) =>
    Object.entries(readWorkflow(textOf(name)).jobs).map(([job, { permissions: may }]) => [`${name} ${job}`, may]),
  );
  expect(Object.fromEntries(found)).toEqual(permissions);
});

const callsOf = (job: Job | undefined): string[] =>
  (job?.steps ?? []).flatMap(({ run }) => (run === undefined ? [] : [run.split(' ')[1] ?? '']));

test('what each workflow is for', () => {
  const doors = (name: string): string[] => Object.values(readWorkflow(textOf(name)).jobs).flatMap(callsOf);
  expect(doors('ci.yml')).toEqual(['test']);
  expect(doors('security-scan.yml')).toEqual(['security-scan']);
  expect(doors('advanced-ci.yml')).toEqual([
    'test-containers',
    'test-cluster',
    'test-supply',
    'mutate',
    'fuzz',
    'fuzz-edge',
    'soak',
    'drills',
  ]);
});

describe('a release', () => {
  const { jobs } = readWorkflow(textOf('ci-cd.yml'));
  const { build, staging, production } = jobs;

  test('is built once, after tests and scan, then goes to staging, then to production', () => {
    expect(build?.needs).toEqual(['test', 'scan']);
    expect(staging?.needs).toBe('build');
    expect(production?.needs).toEqual(['build', 'staging']);
    const builders = Object.entries(jobs).filter(([, job]) => callsOf(job).includes('release-build'));
    expect(builders.map(([name]) => name)).toEqual(['build']);
  });

  test('has a bill of materials and a signature before it leaves the job that built it, and provenance', () => {
    expect(callsOf(build)).toEqual(['release-build', 'security-scan', 'image-sboms', 'sign']);
    const actions = (build?.steps ?? []).flatMap(({ uses }) => (uses === undefined ? [] : [uses.split('@')[0]]));
    expect(actions.slice(-2)).toEqual(['actions/attest', 'actions/upload-artifact']);
  });

  test('is the same file at both targets, is verified there first, and production asks for approval', () => {
    expect(callsOf(staging)).toEqual(['verify', 'promote', 'release-history']);
    expect(callsOf(production)).toEqual(['verify', 'canary']);
    expect([staging?.environment, production?.environment]).toEqual(['staging', 'production']);
    for (const job of [staging, production]) {
      const download = job?.steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@'));
      expect(download?.with).toEqual({ name: 'release' });
    }
    expect(production?.steps.at(-1)?.run).toContain('PASSED=staging-record.jsonl');
  });

  test('is never cut off by the next one', () => {
    expect(readWorkflow(textOf('ci-cd.yml')).concurrency['cancel-in-progress']).toBe(false);
  });
});

describe('a workflow that is broken turns red', () => {
  const whole = textOf('ci.yml');
  const breakages: readonly [what: string, text: string][] = [
    ['emptied', ''],
    ['only comments', whole.replaceAll(/^/gm, '# ')],
    ['an action by its tag', whole.replace(/@[0-9a-f]{40} # v/, '@v')],
    ['a step that is no door', whole.replace('run: make test', 'run: npm test')],
    ['a door that does not exist', whole.replace('run: make test', 'run: make nothing-of-this-name')],
    ['a second command behind the door', whole.replace('run: make test', 'run: make test; exit 0')],
    ['a step without a command', whole.replace(/^ {8}run: .*$/m, '')],
    ['rights for everything', whole.replace('permissions: {}', 'permissions: write-all')],
    ['no rights of its own', whole.replace(/^ {4}permissions:\n.*\n/m, '')],
    ['a token that stays on disk', whole.replace('persist-credentials: false', 'persist-credentials: true')],
    ['no end', whole.replace(/^ {4}timeout-minutes:.*\n/m, '')],
    ['two at once', whole.replace(/^concurrency:\n(?: {2}.*\n)+/m, '')],
    [
      'a failure that is passed over',
      whole.replace('        run: make test', '        continue-on-error: true\n        run: make test'),
    ],
  ];

  test.each(breakages)('%s', (_what, text) => {
    expect(text).not.toBe(whole);
    expect(findings(text, targets)).not.toEqual([]);
  });

  test('a text of somebody else in a command: zizmor', () => {
    const text = whole.replace('run: make test', 'run: make test ARGS="${{ github.event.pull_request.title }}"');
    const { code, printed } = audit([asFile(text)]);
    expect(code).not.toBe(0);
    expect(printed).toContain('template-injection');
  });

  test('a key that GitHub does not know: actionlint', () => {
    const { code, printed } = lint([asFile(whole.replace('runs-on:', 'run-on:'))]);
    expect(code).not.toBe(0);
    expect(printed).toContain('run-on');
  });
});
