import { setAlias } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export function aliasSetCommand(): Command {
  const command = new Command('set')
    .description('Point an alias at a version; routes keep the versions that they name')
    .argument('<model>')
    .argument('<alias>')
    .argument('<version>', 'version number', wholeNumber)
    .action(async (name: string, alias: string, version: number, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const model = await call(clientOf(options), setAlias, { params: { name, alias }, body: { version } });
      print(options.output, model.aliases, () => `${alias} is version ${version} of ${name}`);
    });
  return withExamples(command, 'cluster-ai alias set iris champion 3');
}
