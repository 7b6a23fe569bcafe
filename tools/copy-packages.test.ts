import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyPackages } from './copy-packages.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'copy-packages-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

it('an old source runs its own packages, on the packages of others that are here', () => {
  for (const which of ['new', 'old']) {
    write(`${which}/package.json`, '{"type":"module","workspaces":["packages/*","pages"]}');
    write(`${which}/packages/core/package.json`, '{"name":"@cluster-ai/core","type":"module"}');
    write(`${which}/packages/core/age.ts`, `export const age = '${which}';`);
    write(`${which}/pages/package.json`, '{"name":"@cluster-ai/pages","type":"module"}');
    write(`${which}/pages/age.ts`, `export { age } from '@cluster-ai/core/age.ts';`);
    write(
      `${which}/main.ts`,
      `import { age } from '@cluster-ai/pages/age.ts';
       import { name } from 'other';
       console.log(age, name);`,
    );
  }
  write('new/node_modules/other/package.json', '{"type":"module","exports":"./main.js"}');
  write('new/node_modules/other/main.js', `export const name = 'other';`);
  mkdirSync(join(folder, 'new/node_modules/@cluster-ai'));
  symlinkSync('../../packages/core', join(folder, 'new/node_modules/@cluster-ai/core'));
  symlinkSync('../../pages', join(folder, 'new/node_modules/@cluster-ai/pages'));

  copyPackages(join(folder, 'new'), join(folder, 'old'));

  const said = (source: string): string =>
    execFileSync(process.execPath, [join(folder, source, 'main.ts')], { encoding: 'utf8' }).trim();
  expect({ new: said('new'), old: said('old') }).toEqual({ new: 'new other', old: 'old other' });
});
