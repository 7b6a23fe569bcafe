import { listSettings } from '@cluster-ai/contract/api/settings.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { settingArgument, settingFields } from './setting-text.ts';

export function settingsGetCommand(): Command {
  const command = new Command('get')
    .description('Show one setting: its value, where it comes from, and what is allowed')
    .addArgument(settingArgument())
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { items } = await call(clientOf(options), listSettings);
      const setting = items.find((each) => each.name === name);
      if (setting === undefined) throw new ClusterError('NOT_FOUND', `the control plane has no setting ${name}`);
      print(options.output, setting, () => settingFields(setting));
    });
  return withExamples(command, 'cluster-ai settings get session_timeout');
}
