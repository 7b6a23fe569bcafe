import { join } from 'node:path';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import { commands } from './compose/commands.ts';
import { readComposeSettings } from './compose/settings.ts';

// The doors to the two compose sets: node tools/compose.ts <command> [words]. The Makefile names the commands.

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  console.error(`error: ${JSON.stringify(name)} is none of: ${Object.keys(commands).join(' ')}`);
  process.exit(2);
}
try {
  process.exitCode = await command(readComposeSettings(join(import.meta.dirname, '..'), process.env), args);
} catch (thrown) {
  const error = toClusterError(thrown);
  // A defect shows its stack; everything else is a sentence.
  if (error.code === 'INTERNAL' && error.cause !== undefined) throw thrown;
  console.error(`error: ${error.message}${error.fix === undefined ? '' : `\nfix: ${error.fix}`}`);
  process.exitCode = 1;
}
