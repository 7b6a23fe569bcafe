import { resetSetting } from '@cluster-ai/contract/api/settings.ts';
import type { RuntimeSettingName } from '@cluster-ai/contract/config/runtime-settings.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { settingArgument, valueText } from './setting-text.ts';

export function settingsResetCommand(): Command {
  const command = new Command('reset')
    .description('Bring a setting back to its default')
    .addArgument(settingArgument())
    .action(async (name: RuntimeSettingName, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const setting = await call(clientOf(options), resetSetting, { params: { name } });
      print(options.output, setting, () => `${name} is back at its default, ${valueText(setting)}`);
    });
  return withExamples(command, 'cluster-ai settings reset session_timeout');
}
