import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readComposeSettings } from './settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compose-doors-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Calls a door on a machine whose programs are `programs`, each a shell script. */
function door(words: readonly string[], programs: Readonly<Record<string, string>> = {}) {
  const path = join(folder, 'bin');
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const env = { PATH: path, CLUSTER_AI_SECRETS: '../nowhere', HOME: folder };
  const script = join(import.meta.dirname, '..', 'compose.ts');
  return spawnSync(process.execPath, [script, ...words], { encoding: 'utf8', env });
}

const engine = 'case "$1" in version) echo 20.10.24;; ps) exit 0;; *) exit 1;; esac';

describe('what is missing is said, and the door fails', () => {
  test.each(['status', 'health', 'logs', 'build', 'restart', 'down', 'cli'])('%s without Docker', (name) => {
    const { status, stderr } = door([name]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: there is no docker on PATH\nfix: install Docker/);
  });

  test.each(['prod-up', 'dev-up'])('%s without secrets', (name) => {
    const { status, stderr } = door([name]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/lacks admin_token, .*\nfix: make secrets/);
  });

  test('without an engine that answers', () => {
    const { status, stderr } = door(['status'], { docker: 'echo "no daemon" >&2; exit 1' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: no Docker engine answers: no daemon\nfix: start it/),
    ]);
  });

  test('without compose', () => {
    const { status, stderr } = door(['status'], { docker: engine });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: there is neither `docker compose` nor docker-compose/),
    ]);
  });

  test('without containers', () => {
    const programs = { docker: engine, 'docker-compose': 'exit 0' };
    const { status, stderr } = door(['health'], programs);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: there are no containers of cluster-ai-dev or cluster-ai\nfix: make prod-up/),
    ]);
  });

  test('a word that is no door', () => {
    expect(door(['start'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is none of: secrets build prod-up'),
    });
  });
});

test('make build hands its further words to every build', () => {
  const log = join(folder, 'builds');
  const docker = `case "$1" in version) echo 20.10.24;; build) echo "$@" >> ${log};; *) exit 1;; esac`;
  const { status } = door(['build', '--build-arg', 'A=b'], { docker, 'docker-compose': 'exit 0' });
  expect(status).toBe(0);
  const builds = readFileSync(log, 'utf8').trim().split('\n');
  expect(builds).toHaveLength(4);
  for (const line of builds) {
    expect(line).toMatch(/^build --file \S+\/Dockerfile --tag cluster-ai\/\S+:0\.1\.0 --build-arg A=b \.$/);
  }
});

describe('settings', () => {
  test('images follow registry and version; one that is named whole wins', () => {
    const { env } = readComposeSettings(folder, {
      CLUSTER_AI_REGISTRY: 'registry.example.com/',
      CLUSTER_AI_VERSION: '1.2.3',
      CLUSTER_AI_CLI_IMAGE: 'mine/cli@sha256:0',
    });
    expect(env['CLUSTER_AI_GATEWAY_IMAGE']).toBe('registry.example.com/cluster-ai/gateway:1.2.3');
    expect(env['CLUSTER_AI_CLI_IMAGE']).toBe('mine/cli@sha256:0');
  });

  test('the folder of secrets may lie elsewhere', () => {
    const folderOf = (given: Readonly<Record<string, string>>) => readComposeSettings(folder, given).secretsFolder;
    expect(folderOf({})).toBe(join(folder, 'secrets'));
    expect(folderOf({ CLUSTER_AI_SECRETS: './other' })).toBe(join(folder, 'other'));
    expect(folderOf({ CLUSTER_AI_SECRETS: '/etc/cluster-ai/secrets' })).toBe('/etc/cluster-ai/secrets');
  });

  test('.env is read as compose reads it: below the environment', () => {
    writeFileSync(
      join(folder, '.env'),
      'COMPOSE_PROJECT_NAME=staging\nCLUSTER_AI_PUBLIC_URL="https://a.example:8443"\n',
    );
    const settings = readComposeSettings(folder, { COMPOSE_PROJECT_NAME: 'production' });
    expect(settings.sets.prod.project).toBe('production');
    expect(settings.sets.dev.project).toBe('production-dev');
    expect(settings.publicUrl.hostname).toBe('a.example');
  });
});
