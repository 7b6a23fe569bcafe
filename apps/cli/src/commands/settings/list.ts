import { listProgramSettings, listSettings } from '@cluster-ai/contract/api/settings.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { renderTable } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { valueText } from './setting-text.ts';

interface ListSettingsOptions extends GlobalOptions {
  readonly program?: boolean;
}

export function settingsListCommand(): Command {
  const command = new Command('list')
    .description('List settings, their values and where each comes from')
    .option('--program', 'what the control plane was started with instead; to change it, start it again')
    .action((_flags, command: Command) => {
      const options = command.optsWithGlobals<ListSettingsOptions>();
      return options.program === true ? listStarted(options) : listRunning(options);
    });
  return withExamples(command, 'cluster-ai settings list', 'cluster-ai settings list --program');
}

async function listRunning(options: GlobalOptions): Promise<void> {
  const answer = await call(clientOf(options), listSettings);
  print(options.output, answer, () =>
    renderTable(
      ['SETTING', 'VALUE', 'SOURCE', 'DEFAULT', 'ALLOWED'],
      answer.items.map((setting) => [
        setting.name,
        valueText(setting),
        `${setting.source.text}${setting.fixed ? ' (fixed)' : ''}`,
        String(setting.defaultValue),
        setting.allowed,
      ]),
    ),
  );
}

async function listStarted(options: GlobalOptions): Promise<void> {
  const answer = await call(clientOf(options), listProgramSettings);
  print(options.output, answer, () =>
    renderTable(
      ['SETTING', 'VALUE', 'SOURCE'],
      answer.items.map(({ name, shown, source }) => [name, shown, source.text]),
    ),
  );
}
