import { updateModel } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export function modelDescribeCommand(): Command {
  const command = new Command('describe')
    .description('Say what a model does')
    .argument('<name>')
    .argument('<description>', 'a text; an empty one takes the description away')
    .action(async (name: string, description: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const model = await call(clientOf(options), updateModel, { params: { name }, body: { description } });
      print(options.output, model, () => `${name} is described`);
    });
  return withExamples(command, "cluster-ai model describe iris 'Tells three kinds of iris apart'");
}
