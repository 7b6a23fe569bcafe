import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes `.tools/python` from tests/requirements.txt, when it is not there or the list has changed. */
export function installPythonEnvironment(root: string): void {
  const requirements = join(root, 'tests', 'requirements.txt');
  const folder = join(root, '.tools', 'python');
  const stamp = join(folder, '.installed-from');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing the Python client that the tests use into .tools/python ...');
  // An interrupted one has no stamp and is made anew.
  rmSync(folder, { recursive: true, force: true });
  python('python3', ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check'];
  python(join(folder, 'bin', 'python'), [...pip, '--requirement', requirements]);
  writeFileSync(stamp, wanted);
}

function python(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  throw new Error(
    `"${[program, ...args].join(' ')}" failed (${error?.message ?? `exit code ${status}`}). ` +
      'Python 3.11 or later with venv is needed, and the packages of tests/requirements.txt from the index that pip asks.',
  );
}
