import { resetVersion } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export function modelResetCommand(): Command {
  const command = new Command('reset')
    .description('Have gateways load a version anew that failed or is out of service, whatever became of it before')
    .argument('<name>')
    .argument('<version>', 'version number', wholeNumber)
    .action(async (name: string, version: number, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const whole = await call(clientOf(options), resetVersion, { params: { name, version } });
      print(options.output, whole, () => `version ${version} of ${name} is loaded anew`);
    });
  return withExamples(command, 'cluster-ai model reset iris 3');
}
