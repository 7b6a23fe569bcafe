import { sourceText } from '@cluster-ai/platform/config/problem.ts';
import { print } from '../../output/print.ts';
import { renderTable } from '../../output/table.ts';
import type { ConfigOptions } from './command.ts';
import { loadSettings } from './load.ts';

/** @throws ClusterError CONFIG_INVALID with every problem. */
export function check(options: ConfigOptions): void {
  const programs = loadSettings(options.program, options.config);
  const all = programs.flatMap(({ settings }) => settings);
  const set = all.filter(({ source }) => source.kind !== 'default').length;
  const data = { valid: true, programs: programs.map(({ program }) => program), settings: all.length, set };
  print(options.output, data, () => `valid: ${all.length} settings of ${data.programs.join(', ')}, ${set} of them set`);
}

/** @throws ClusterError CONFIG_INVALID with every problem. */
export function show(options: ConfigOptions): void {
  const rows = loadSettings(options.program, options.config).flatMap(({ program, settings }) =>
    settings.map(({ path, shown, value, secret, source }) => ({
      program,
      setting: path,
      value: secret ? shown : (value ?? null),
      shown,
      source: sourceText(source),
    })),
  );
  const data = rows.map(({ program, setting, value, source }) => ({ program, setting, value, source }));
  print(options.output, data, () =>
    renderTable(
      ['PROGRAM', 'SETTING', 'VALUE', 'SOURCE'],
      rows.map(({ program, setting, shown, source }) => [program, setting, shown, source]),
    ),
  );
}
