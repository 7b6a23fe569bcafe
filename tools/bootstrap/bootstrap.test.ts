import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import pinnedNode from './pinned-node.json' with { type: 'json' };

const repository = join(import.meta.dirname, '..', '..');

/** An npm that downloads nothing: it packs a file of its own and notes each call. */
const fakeNpm = `#!/usr/bin/env node
const fs = require('node:fs');
const [command, ...rest] = process.argv.slice(2);
if (command === 'config') console.log(process.env.HOME + '/' + rest[1]);
else fs.appendFileSync(process.env.HOME + '/calls', command + '\\n');
if (command === 'pack') fs.writeFileSync(rest[2] + '/node.tgz', 'not the pinned bytes');
if (command === 'ci') { fs.rmSync('node_modules', { recursive: true, force: true }); fs.mkdirSync('node_modules'); }
if (command === 'ci' && process.env.NPM_FAILS) { console.error('npm error network unreachable'); process.exit(1); }
if (command === 'run') { fs.mkdirSync('web-dashboard/dist.partial'); fs.writeFileSync('web-dashboard/dist.partial/index.html', ''); }
`;

/** Bundles nothing, and notes that it was asked. */
const fakeDist = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync(process.env.HOME + '/calls', 'dist\\n');
mkdirSync('dist', { recursive: true });
for (const name of ['cli', 'control-plane', 'gateway']) writeFileSync('dist/' + name + '.sources.json', '{}');
`;

describe('bootstrap', () => {
  let checkout: string;
  let home: string;

  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
    [checkout, home] = [join(folder, 'checkout'), join(folder, 'home')];
    mkdirSync(join(home, 'bin'), { recursive: true });
    writeFileSync(join(home, 'bin', 'npm'), fakeNpm);
    chmodSync(join(home, 'bin', 'npm'), 0o755);
    symlinkSync(process.execPath, join(home, 'bin', 'node'));
    for (const path of ['tools/bootstrap', 'tools/bootstrap.mjs']) {
      cpSync(join(repository, path), join(checkout, path), { recursive: true });
    }
    writeFileSync(join(checkout, 'tools', 'link-postgres-libraries.ts'), '');
    writeFileSync(join(checkout, 'tools', 'dist.ts'), fakeDist);
    mkdirSync(join(checkout, 'apps', 'gateway'), { recursive: true });
    mkdirSync(join(checkout, 'web-dashboard'));
    mkdirSync(join(checkout, 'models'));
    writeFileSync(join(checkout, 'models', 'fetch.ts'), '');
    writeFileSync(join(checkout, 'package-lock.json'), '{}');
  });
  afterEach(() => rmSync(join(checkout, '..'), { recursive: true }));

  const environment = (more: Record<string, string> = {}) => ({
    HOME: home,
    PATH: [join(home, 'bin'), '/usr/bin', '/bin'].join(delimiter),
    ...more,
  });
  const run = (more?: Record<string, string>) => {
    const result = spawnSync('node', ['tools/bootstrap.mjs'], {
      cwd: checkout,
      env: environment(more),
      encoding: 'utf8',
    });
    return { code: result.status, text: result.stdout + result.stderr };
  };
  const calls = () =>
    existsSync(join(home, 'calls')) ? readFileSync(join(home, 'calls'), 'utf8').trim().split('\n') : [];
  const nodeIsThere = () => {
    const folder = join(checkout, '.tools', `node-${pinnedNode.version}`, 'bin');
    mkdirSync(folder, { recursive: true });
    symlinkSync(process.execPath, join(folder, 'node'));
  };

  it('refuses a Node that is not the pinned one, and leaves nothing of it', () => {
    const { code, text } = run();
    expect(code).toBe(1);
    expect(text).toMatch(
      /that the registry sent is not the pinned one: its hash is sha512-\S+, and sha512-\S+ was expected\. Nothing was installed\./,
    );
    expect(text).toContain('npm config get registry');
    expect(readdirSync(join(checkout, '.tools')).filter((name) => !name.endsWith('.partial'))).toEqual([]);
    expect(run().text, 'a second run starts anew').toContain('is not the pinned one');
  });

  it('installs once, says how long it took and what it downloaded, and then is short', () => {
    nodeIsThere();
    const first = run();
    expect(first).toMatchObject({ code: 0 });
    expect(first.text).toMatch(
      /Ready after \d+\.\d minutes; 0\.0 MB downloaded \(what is new in npm's cache, .+\)\.\n$/,
    );
    expect(calls()).toEqual(['ci', 'run', 'dist']);

    const startedAt = performance.now();
    const second = run();
    const tookMs = performance.now() - startedAt;
    expect(second.text).toMatch(/^Everything is in place \(checked in \d\.\d s\)\.\n$/);
    expect(calls()).toEqual(['ci', 'run', 'dist']);
    console.log(`bootstrap with nothing to do: ${tookMs.toFixed(0)} ms`);
    expect(tookMs).toBeLessThan(5_000);
  });

  it('installs again when the lockfile changed, and builds again when the dashboard or a program changed', () => {
    nodeIsThere();
    run();
    writeFileSync(join(checkout, 'package-lock.json'), '{"changed":true}');
    run();
    const before = ['ci', 'run', 'dist', 'ci', 'run', 'dist'];
    expect(calls()).toEqual(before);
    writeFileSync(join(checkout, 'web-dashboard', 'main.tsx'), 'changed');
    run();
    expect(calls()).toEqual([...before, 'run']);
    writeFileSync(join(checkout, 'apps', 'gateway', 'main.ts'), 'changed');
    run();
    expect(calls()).toEqual([...before, 'run', 'dist']);
  });

  it('shows what npm said when it fails, what to do, and starts again the next time', () => {
    nodeIsThere();
    const failed = run({ NPM_FAILS: 'yes' });
    expect(failed.code).toBe(1);
    expect(failed.text).toContain('npm error network unreachable');
    expect(failed.text).toContain('mend that and run make again: it goes on where it stopped.');
    expect(run()).toMatchObject({ code: 0 });
  });

  it('waits for another one at work, and takes over from one that died', async () => {
    nodeIsThere();
    const lock = join(checkout, '.tools', 'bootstrap.lock');
    writeFileSync(lock, String(process.pid));
    const waiting = spawn('node', ['tools/bootstrap.mjs'], { cwd: checkout, env: environment() });
    let text = '';
    const said = Promise.withResolvers<undefined>();
    waiting.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) said.resolve(undefined);
    });
    const ended = Promise.withResolvers<number | null>();
    waiting.on('close', ended.resolve);
    await said.promise;
    expect(text).toBe(`Another make (process ${process.pid}) is preparing this checkout: waiting for it.\n`);
    writeFileSync(lock, execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim());
    expect(await ended.promise).toBe(0);
    expect(existsSync(lock)).toBe(false);
  });
});
