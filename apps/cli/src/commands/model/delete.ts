import { createInterface } from 'node:readline/promises';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { deleteModel, deleteModelVersion } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { print } from '../../output/print.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';

interface DeleteOptions extends GlobalOptions {
  readonly yes?: boolean;
  readonly modelVersion?: number;
}

export function modelDeleteCommand(): Command {
  return new Command('delete')
    .description('Delete a model with its versions and its route, or one version that no route uses')
    .argument('<name>')
    .option('--model-version <number>', 'delete this version alone', wholeNumber)
    .option('--yes', 'do not ask')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<DeleteOptions>();
      const client = clientOf(options);
      const { modelVersion: version } = options;
      if (options.yes !== true) {
        await confirm(
          name,
          version === undefined ? `model ${name} with all its versions` : `version ${version} of ${name}`,
        );
      }
      if (version === undefined) {
        const answer = await callEndpoint(client, deleteModel, { params: { name } });
        print(options.output, answer, () => `deleted ${answer.deleted} with ${answer.versions} versions`);
      } else {
        const answer = await callEndpoint(client, deleteModelVersion, { params: { name, version } });
        print(options.output, answer, () => `deleted ${answer.deleted}`);
      }
    });
}

/** @throws ClusterError CONFIG_INVALID without a terminal to ask on, CANCELLED when something else was typed. */
async function confirm(name: string, what: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new ClusterError('CONFIG_INVALID', `deleting ${what} must be confirmed, and there is no terminal to ask on`, {
      fix: 'add --yes',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await terminal.question(`This deletes ${what}. Type its name to go on: `);
    if (typed.trim() !== name) throw new ClusterError('CANCELLED', 'nothing was deleted: another name was typed');
  } finally {
    terminal.close();
  }
}
