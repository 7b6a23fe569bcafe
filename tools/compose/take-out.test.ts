import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { frontDoorFolder, writeFrontDoor } from './front-door.ts';
import { readComposeSettings } from './settings.ts';
import type { ComposeSettings } from './settings.ts';

const root = join(import.meta.dirname, '..', '..');

let folder = '';
let project = '';
let settings: ComposeSettings;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compose-take-out-'));
  project = `unit-${process.pid}`;
  settings = readComposeSettings(root, { COMPOSE_PROJECT_NAME: project });
  writeFrontDoor(settings);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  rmSync(dirname(frontDoorFolder(settings)), { recursive: true });
});

const container = (service: string) => ({
  Id: service,
  RestartCount: 0,
  Config: { Image: service, Labels: { 'com.docker.compose.service': service } },
  State: { Status: 'running', Health: { Status: 'healthy', Log: [] } },
});

/** Restarts a service on an engine that notes what it is told, and which gateways nginx would have then. */
function restart(service: string, mounted: string) {
  const path = join(folder, 'bin');
  const notes = join(folder, 'notes');
  mkdirSync(path, { recursive: true });
  const containers = ['frontend', 'inference-gateway-1', 'inference-gateway-2'].map(container);
  writeFileSync(join(folder, 'containers'), JSON.stringify(containers));
  const upstreams = join(frontDoorFolder(settings), 'upstreams.conf');
  const note = `{ echo "$0 $*"; /bin/grep -o 'inference-gateway[-12]*:8000' '${upstreams}'; } >> '${notes}'`;
  const programs = {
    docker: `case "$1" in
      version) echo 20;;
      ps) echo frontend;;
      inspect) if [ "$2" = --format ]; then echo '${mounted}'; else /bin/cat '${folder}/containers'; fi;;
      kill) ${note};;
      top) echo 'nginx: worker process';;
      *) exit 1;; esac`,
    'docker-compose': `case "$*" in *restart*) ${note};; esac`,
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const env = { PATH: path, COMPOSE_PROJECT_NAME: project, HOME: folder };
  const door = spawnSync(process.execPath, [join(root, 'tools/compose.ts'), 'restart', 'prod', service], {
    encoding: 'utf8',
    env,
  });
  expect([door.status, door.stderr]).toEqual([0, '']);
  const lines = readFileSync(notes, 'utf8').trim().split('\n');
  return { said: door.stdout, lines: lines.map((line) => line.replace(`${path}/`, '')) };
}

test('a gateway that is started again gets no requests meanwhile', () => {
  const { lines } = restart('inference-gateway-1', frontDoorFolder(settings));
  const only = 'inference-gateway-2:8000';
  expect(lines).toEqual([
    'docker kill --signal HUP frontend',
    only,
    `docker-compose -p ${project} -f docker-compose.prod.yml restart --timeout 45 inference-gateway-1`,
    only,
    'docker kill --signal HUP frontend',
    'inference-gateway:8000',
  ]);
});

test('settings that somebody else has mounted stay as they are, and it says what that means', () => {
  const { said, lines } = restart('inference-gateway-2', '/elsewhere');
  expect(said).toContain('a request that has just arrived may be lost');
  expect(lines[0]).toContain('restart --timeout 45 inference-gateway-2');
  expect(lines).not.toContain('docker kill --signal HUP frontend');
});
