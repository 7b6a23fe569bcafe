import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { guardsOf, isArtefact } from './mutate/guards.ts';
import { isNoticed, runTests } from './mutate/judge-mutation.ts';
import { mutationsOf, type Mutation } from './mutate/mutations.ts';
import { makeScratchTree, type ScratchTree } from './mutate/scratch-tree.ts';
import { steps } from './test/steps.ts';
import { readRepository } from './tidy/repository.ts';

// make mutate: breaks every manifest, template, Dockerfile stage, workflow and script in turn, in copies of the tree, and
// demands that a test goes red each time. node tools/mutate.ts [--only <part of a path>] [--jobs 2] [--list]

interface Task {
  readonly path: string;
  readonly mutation: Mutation;
}

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    list: { type: 'boolean', default: false },
  },
});

const { files, binaries } = readRepository(root);
const artefacts = files.filter(({ path }) => isArtefact(path) && path.includes(values.only));
const tasks: Task[] = artefacts.flatMap(({ path, text }) =>
  mutationsOf(path, text).map((mutation) => ({ path, mutation })),
);

/** Tests that are red before anything is broken would notice everything. */
async function proveGuardsGreen({ folder }: ScratchTree): Promise<void> {
  const all = new Map(artefacts.flatMap(({ path }) => guardsOf(path)).map((tests) => [tests.join(' '), tests]));
  for (const [name, tests] of all) {
    const { isRed, output } = await runTests(folder, tests);
    if (isRed) throw new Error(`vitest run ${name} is red before anything is broken:\n${output}`);
  }
}

/** Takes tasks until none is left. @returns those that no test noticed. */
async function work({ folder }: ScratchTree, queue: Task[]): Promise<Task[]> {
  const survivors: Task[] = [];
  for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
    const { path, mutation } = task;
    const noticed = await isNoticed(folder, path, mutation, guardsOf(path));
    console.log(`${noticed ? 'noticed ' : 'SURVIVED'}  ${path}: ${mutation.name}`);
    if (!noticed) survivors.push(task);
  }
  return survivors;
}

async function main(): Promise<void> {
  if (values.list) {
    for (const { path, mutation } of tasks) console.log(`${path}: ${mutation.name}`);
    return;
  }
  if (tasks.length === 0) throw new Error(`no artefact has '${values.only}' in its path`);
  // The guards are tests like others: they need what make test installs.
  for (const { kind, run } of steps) if (kind === 'prepare') await run();
  const startedAt = performance.now();
  const paths = [...files.map(({ path }) => path), ...binaries];
  const trees = Array.from({ length: Number(values.jobs) }, () => makeScratchTree(root, paths));
  try {
    for (const tree of trees.slice(0, 1)) await proveGuardsGreen(tree);
    const queue = [...tasks];
    const survivors = (await Promise.all(trees.map((tree) => work(tree, queue)))).flat();
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
    console.log(`${tasks.length} mutations of ${artefacts.length} artefacts in ${minutes} minutes`);
    console.log(`${tasks.length - survivors.length} passed, ${survivors.length} failed`);
    if (survivors.length > 0) process.exitCode = 1;
  } finally {
    for (const tree of trees) tree.remove();
  }
}

await main();
