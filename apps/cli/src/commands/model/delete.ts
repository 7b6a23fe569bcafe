import { deleteModel, deleteModelVersion } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { wholeNumber } from '../arguments.ts';
import { confirmDeletion, withConfirmation } from '../confirm.ts';
import type { ConfirmOptions } from '../confirm.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

interface DeleteOptions extends GlobalOptions, ConfirmOptions {
  readonly modelVersion?: number;
}

export function modelDeleteCommand(): Command {
  const command = new Command('delete')
    .description('Delete a model with its versions and its route, or one version that no route uses')
    .argument('<name>')
    .option('--model-version <number>', 'delete this version alone', wholeNumber)
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<DeleteOptions>();
      const client = clientOf(options);
      const { modelVersion: version } = options;
      const what = version === undefined ? `model ${name} with all its versions` : `version ${version} of ${name}`;
      await confirmDeletion(options, name, what);
      if (version === undefined) {
        const answer = await call(client, deleteModel, { params: { name } });
        print(options.output, answer, () => `deleted ${answer.deleted} with ${answer.versions} versions`);
      } else {
        const answer = await call(client, deleteModelVersion, { params: { name, version } });
        print(options.output, answer, () => `deleted ${answer.deleted}`);
      }
    });
  return withExamples(
    withConfirmation(command),
    'cluster-ai model delete iris --yes',
    'cluster-ai model delete iris --model-version 2',
  );
}
