import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface PythonEnvironment {
  readonly title: string;
  /** Under `.tools`. */
  readonly folder: string;
  readonly requirements: string;
}

const environments: readonly PythonEnvironment[] = [
  { title: 'the Python client that the tests use', folder: 'python', requirements: 'tests/requirements.txt' },
  {
    title: 'schemathesis',
    folder: 'schemathesis',
    requirements: 'tests/conformance/control-api/requirements.txt',
  },
  {
    title: "KServe's client",
    folder: 'kserve',
    requirements: 'tests/conformance/open-inference/peers/kserve/requirements.txt',
  },
  {
    title: 'MLServer',
    folder: 'mlserver',
    requirements: 'tests/conformance/open-inference/peers/mlserver/requirements.txt',
  },
  {
    title: 'perf_analyzer',
    folder: 'perf-analyzer',
    requirements: 'tests/conformance/open-inference/peers/perf-analyzer/requirements.txt',
  },
  {
    title: 'zizmor, which judges workflows',
    folder: 'zizmor',
    requirements: 'tests/artefacts/pipeline/requirements.txt',
  },
];

/**
 * Makes each environment under `.tools` from its list, when it is not there or the list has changed: all at once, because
 * they wait for the network most of the time.
 * @param only the folder of the one that is needed
 */
export async function installPythonEnvironments(root: string, only?: string): Promise<void> {
  const wanted = environments.filter(({ folder }) => only === undefined || only === folder);
  await Promise.all(wanted.map((environment) => install(root, environment)));
}

async function install(root: string, { title, folder: name, requirements }: PythonEnvironment): Promise<void> {
  const list = join(root, requirements);
  const folder = join(root, '.tools', name);
  const stamp = join(folder, '.installed-from');
  const wanted = readFileSync(list, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`Installing ${title} into .tools/${name} ...`);
  // An interrupted one has no stamp and is made anew.
  rmSync(folder, { recursive: true, force: true });
  await python('python3', ['-m', 'venv', folder], requirements);
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-compile',
    '--no-deps',
    '--require-hashes',
    '--disable-pip-version-check',
  ];
  await python(join(folder, 'bin', 'python'), [...pip, '--requirement', list], requirements);
  writeFileSync(stamp, wanted);
}

async function python(program: string, args: readonly string[], requirements: string): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const problem = await once(child, 'exit').then(
    ([code]) => (code === 0 ? null : `exit code ${String(code)}`),
    (error: unknown) => String(error),
  );
  if (problem === null) return;
  throw new Error(
    `"${[program, ...args].join(' ')}" failed (${problem}). ` +
      `Python 3.11 or later with venv is needed, and the packages of ${requirements} from the index that pip asks.`,
  );
}
