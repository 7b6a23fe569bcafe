import { Command } from 'commander';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findKey, keyArgument } from './find-key.ts';
import { keyText } from './key-text.ts';

export function keyShowCommand(): Command {
  const command = new Command('show')
    .description('Show what a key may do, when it was used last, and what it has used today')
    .argument(...keyArgument)
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const key = await findKey(clientOf(options), name);
      print(options.output, key, () => keyText(key));
    });
  return withExamples(command, 'cluster-ai key show ci');
}
