import { putSetting } from '@cluster-ai/contract/api/settings.ts';
import type { RuntimeSettingName } from '@cluster-ai/contract/config/runtime-settings.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { settingArgument, valueText } from './setting-text.ts';

export function settingsSetCommand(): Command {
  const command = new Command('set')
    .description('Change a setting: in effect everywhere within two seconds')
    .addArgument(settingArgument())
    .argument('<value>')
    .action(async (name: RuntimeSettingName, text: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
      const setting = await call(clientOf(options), putSetting, { params: { name }, body: { value } });
      print(options.output, setting, () => `${name} is now ${valueText(setting)}`);
    });
  return withExamples(command, 'cluster-ai settings set session_timeout 60', 'cluster-ai settings set log_level debug');
}
