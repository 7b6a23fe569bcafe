import { readdirSync } from 'node:fs';

/**
 * Started before the first runner, in the same way, with the folder of the models as its argument: whoever reads this line
 * knows that the way works, and that models can be read on it.
 */
try {
  readdirSync(process.argv[2] ?? '');
  process.stdout.write('confined\n');
} catch (error) {
  // A user namespace takes from root its right to other people's files.
  process.stderr.write(`a confined runner cannot read the models: ${String(error)}\n`);
  process.exitCode = 1;
}
