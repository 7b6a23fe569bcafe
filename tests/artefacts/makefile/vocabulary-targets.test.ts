import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

/** The names that people type who knew the earlier project; `make help` has every one. */
const vocabulary = (
  'dev-build dev-up prod-build prod-up status health logs up down restart build help clean test ' +
  'security-scan backup-postgres backup-redis backup restore redis-cluster-deploy pgbouncer-deploy ' +
  'performance-monitoring-deploy performance-test cdn-config-update docker-build-optimized ' +
  'tensorflow-serving-deploy torchserve-deploy gpu-optimization-deploy model-cache-deploy ' +
  'inference-optimization-deploy ml-monitoring-deploy ml-autoscaling-deploy model-registry-deploy ' +
  'model-backup-deploy monitoring-up monitoring-down'
).split(' ');

/** Those that do nothing yet: they fail, and say what there is instead. */
const later: Readonly<Record<string, RegExp>> = {
  'backup-redis': /may be lost.*make backup/s,
  'cdn-config-update': /CDN.*web-dashboard\/nginx\.conf/s,
  'monitoring-up': /later version.*make prod-up/s,
  'monitoring-down': /later version.*make down/s,
};

const make = (...args: readonly string[]) =>
  spawnSync('make', ['--no-print-directory', ...args], { cwd: root, encoding: 'utf8', timeout: 60_000 });

describe('the targets that people know', () => {
  it('are all in make help, with what they do', () => {
    const lines = make('help').stdout.matchAll(/^ {2}make ([a-z0-9-]+) +\S/gm);
    const listed = new Set(Array.from(lines, ([, name]) => name));
    expect(vocabulary.filter((name) => !listed.has(name))).toEqual([]);
  });

  it('help leaves out no target of the Makefile', () => {
    const targets = Array.from(
      readFileSync(join(root, 'Makefile'), 'utf8').matchAll(/^([a-z][a-z0-9-]*):(?!=)/gm),
      ([, name]) => name,
    );
    const help = make('help').stdout;
    expect(targets.filter((name) => !help.includes(`  make ${name} `))).toEqual([]);
  });

  it.each(Object.entries(later))('%s fails and says what there is', (target, sentence) => {
    const { status, stderr } = make(target);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(sentence);
  });

  it.each([
    ['backup-postgres', /cli\/src\/main\.ts backup /],
    ['performance-test', /tests\/load\/bench\.ts/],
  ])('%s does what its successor does', (target, command) => {
    expect(make('--dry-run', target, 'ARGS=--example').stdout).toMatch(command);
  });
});
