import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { gatewayConfigSchema } from '@cluster-ai/contract/config/gateway.ts';
import { loadConfig } from '@cluster-ai/platform/config/load-config.ts';
import { readSettingsFile } from '@cluster-ai/platform/config/read-file.ts';
import { listSettings } from '@cluster-ai/platform/config/settings.ts';
import type { FuzzTarget } from '../engine/target.ts';

const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-fuzz-settings-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'settings.yaml');

const programs = [
  { program: 'gateway', schema: gatewayConfigSchema, settings: listSettings('gateway', gatewayConfigSchema) },
  {
    program: 'control-plane',
    schema: controlPlaneConfigSchema,
    settings: listSettings('control-plane', controlPlaneConfigSchema),
  },
];

/** The file of settings that an operator writes, for two programs. */
export const target: FuzzTarget = {
  about: 'settings in YAML, from operators: whatever is written is settings, or is refused with its line',
  // Each input becomes a file and is read from there.
  perSecondMin: 20,
  form: 'bytes',
  seeds: () => [
    'http:\n  host: 127.0.0.1\n  port: 8000\nlog:\n  level: debug # so\ncontrol:\n  url: [http://a:1, http://b:2]\n',
    'gateway:\n  http: { port: "80", bodyBytesMax: 1e6 }\ncontrol-plane:\n  database: {url: postgres://x}\n',
    'a: &a [1, 2]\nb: *a\n<<: {c: !!binary aGk=}\n? [x]\n: |\n  text\n',
  ],
  words: [
    '&a',
    '*a',
    '<<:',
    '!!',
    '{',
    '}',
    '|',
    '>',
    '? ',
    '- ',
    ': ',
    '\n  ',
    '---\n',
    '%YAML 1.2',
    '~',
    '0x1f',
    '.inf',
    "'",
    '"',
  ],
  run: (input) => {
    writeFileSync(file, input);
    const { program, schema, settings } = programs[input.length % 2] ?? {
      program: '',
      schema: gatewayConfigSchema,
      settings: [],
    };
    const section =
      (input[0] ?? 0) % 2 === 0 ? undefined : { name: program, all: programs.map((other) => other.program) };
    const { values, problems } = readSettingsFile(file, settings, section);
    // What the file alone shows to be wrong has been said; making the list of settings again takes long.
    if (values.length === 0 || problems.length > 0) return;
    loadConfig<typeof schema>({ program, schema, file, env: {}, ...(section === undefined ? {} : { section }) });
  },
};
