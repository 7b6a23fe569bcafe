import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface GoProgram {
  readonly title: string;
  /** Under `.tools/go`. */
  readonly name: string;
  /** With go.mod and go.sum, which names every module with its hash. */
  readonly folder: string;
  readonly package: string;
}

const programs: readonly GoProgram[] = [
  {
    title: 'h2spec, which tests servers of HTTP/2',
    name: 'h2spec',
    folder: 'tests/conformance/http2/h2spec',
    package: 'github.com/summerwind/h2spec/cmd/h2spec',
  },
  {
    title: 'a client of grpc-go',
    name: 'grpc-go-client',
    folder: 'tests/conformance/edge-clients/grpc-go',
    package: '.',
  },
  {
    title: 'actionlint, which checks workflows',
    name: 'actionlint',
    folder: 'tests/artefacts/pipeline/actionlint',
    package: 'github.com/rhysd/actionlint/cmd/actionlint',
  },
];

/** Builds each program into `.tools/go`, when it is not there, or its list of modules or its own source has changed. */
export async function buildGoPrograms(root: string): Promise<void> {
  for (const program of programs) await build(root, program);
}

async function build(root: string, { title, name, folder, package: path }: GoProgram): Promise<void> {
  const source = join(root, folder);
  const target = join(root, '.tools', 'go', name);
  const stamp = `${target}.built-from`;
  const files = readdirSync(source).toSorted();
  const wanted = files.map((file) => readFileSync(join(source, file), 'utf8')).join('');
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`Building ${title} into .tools/go/${name} ...`);
  rmSync(stamp, { force: true });
  await go(['build', '-mod=readonly', '-o', target, path], source);
  writeFileSync(stamp, wanted);
}

async function go(args: readonly string[], cwd: string): Promise<void> {
  const child = spawn('go', args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  const problem = await once(child, 'exit').then(
    ([code]) => (code === 0 ? null : `exit code ${String(code)}`),
    (error: unknown) => String(error),
  );
  if (problem === null) return;
  throw new Error(
    `"go ${args.join(' ')}" failed (${problem}) in ${cwd}. Go 1.19 or later is needed, and the modules of go.mod there ` +
      'from the proxy that Go asks.',
  );
}
