import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from '../../start-platform.ts';
import { allOf, readDockerfile } from './read-dockerfile.ts';

/** Docker's globs: a star is anything but a slash, two and a slash are any folders or none; a leading dot is nothing special. */
function matches(path: string, glob: string): boolean {
  const parts = glob.split(/(\*\*\/|\*)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    return part === '*' ? '[^/]*' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('')}$`).test(path);
}

/** Docker's rule: the last line that matches a path, or a folder above it, decides. */
function isSent(path: string): boolean {
  const lines = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n');
  const parts = path.split('/');
  const names = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  let sent = true;
  for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
    const pattern = line.replace(/^!/, '');
    if (names.some((name) => matches(name, pattern))) sent = line.startsWith('!');
  }
  return sent;
}

describe('.dockerignore', () => {
  it.each([
    'node_modules/pg/package.json',
    'packages/core/node_modules/zod/index.js',
    '.git/config',
    '.tools/node-24.21.0/bin/node',
    '.cache/packages/npm.tgz',
    'dist/gateway/gateway.js',
    'web-dashboard/dist/index.html',
    'tests/start-platform.ts',
    'docs/start.md',
    'models/iris/1/model.onnx',
    'packages/core/src/errors.test.ts',
    'coverage/index.html',
    'Makefile',
  ])('keeps %s out: it is fetched, built or for people', (path) => {
    expect(isSent(path)).toBe(false);
  });

  it.each([
    '.env',
    '.env.production',
    'apps/gateway/.env',
    'secrets/admin_token',
    'apps/control-plane/secrets/database_url',
    'apps/gateway/tls.key',
    'web-dashboard/server.pem',
    'apps/cli/id_rsa',
    'apps/cli/id_ed25519.pub',
    'packages/core/.git/config',
  ])('keeps %s out, should somebody leave it there', (path) => {
    expect(isSent(path)).toBe(false);
  });

  it('sends all that the Dockerfiles copy', () => {
    const files = globSync('{apps/*,web-dashboard}/Dockerfile', { cwd: repository });
    expect(files).toHaveLength(4);
    const sources = files.flatMap((file) =>
      readDockerfile(file).stages.flatMap((stage) =>
        allOf(stage, 'COPY')
          .filter((copied) => !copied.startsWith('--from='))
          .flatMap((copied) => copied.split(' ').slice(0, -1)),
      ),
    );
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.filter((path) => !isSent(path))).toEqual([]);
    expect(isSent('apps/gateway/src/main.ts') && isSent('tools/dist/bundles.ts')).toBe(true);
    expect(isSent('apps/control-plane/src/kubernetes-secrets/generate-secrets.ts')).toBe(true);
  });
});
