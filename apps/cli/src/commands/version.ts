import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { print } from '../output/print.ts';
import { renderFields } from '../output/table.ts';
import type { GlobalOptions } from './context.ts';
import { withExamples } from './with-examples.ts';

export function versionCommand(): Command {
  const command = new Command('version').description('Show the version').action((_flags, command: Command) => {
    const data = {
      version: packageJson.version,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    };
    print(command.optsWithGlobals<GlobalOptions>().output, data, () => renderFields(data));
  });
  return withExamples(command, 'cluster-ai version');
}
