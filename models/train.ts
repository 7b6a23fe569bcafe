import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Trains the models that are named, or all: `node models/train.ts [iris] [mnist] [language]`. */
const known = ['iris', 'mnist', 'language'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no such model: ${unknown.join(', ')}; known are ${known.join(', ')}`);
  process.exitCode = 1;
} else {
  for (const name of wanted.length > 0 ? wanted : known) {
    const script = fileURLToPath(new URL(`train/${name}.ts`, import.meta.url));
    // The scripts print their progress; each is also a program of its own.
    const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
