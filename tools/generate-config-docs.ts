import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { gatewayConfigSchema } from '@cluster-ai/contract/config/gateway.ts';
import {
  fixedSettingsSchema,
  runtimeSettingDefaults,
  runtimeSettingUnits,
  runtimeSettingsSchema,
} from '@cluster-ai/contract/config/runtime-settings.ts';
import { upConfigSchema } from '@cluster-ai/contract/config/up.ts';
import { composeVariables } from './compose/variables.ts';
import { listSettings } from '@cluster-ai/platform/config/settings.ts';
import type { Setting } from '@cluster-ai/platform/config/settings.ts';

/** The files that this tool writes; a test holds them to the schemas. */
export const configPage = new URL('../docs/reference/configuration.md', import.meta.url);
export const envExample = new URL('../.env.example', import.meta.url);

const programs = [
  {
    name: 'up',
    section: 'up',
    purpose: '`cluster-ai up`: what starts everything on one machine.',
    schema: upConfigSchema,
  },
  {
    name: 'control-plane',
    section: 'controlPlane',
    purpose: 'The control plane. `up` fills in its folder, its tokens, its database and its example models.',
    schema: controlPlaneConfigSchema,
  },
  {
    name: 'gateway',
    section: 'gateway',
    purpose: 'A gateway. `up` fills in its folder, its token and where the control plane is.',
    schema: gatewayConfigSchema,
  },
] as const;

/** Variables of the command line client, which has no settings file. */
const clientVariables = [
  ['CLUSTER_AI_HOME', 'data folder; a running `up` on it is found there'],
  ['CLUSTER_AI_SERVER', 'control plane to talk to, `http://host:3000`'],
  ['CLUSTER_AI_TOKEN', 'token for that server'],
  ['CLUSTER_AI_TOKEN_FILE', 'file with that token, in place of the variable before'],
  ['CLUSTER_AI_GATEWAY', 'gateway to send predictions to, `http://host:8000`'],
] as const;

/** The reference page of all settings. */
export function renderConfigPage(): string {
  return [
    '# Configuration',
    '',
    '<!-- Written by tools/generate-config-docs.ts from packages/contract/src/config/. Change the schemas, then run `node tools/generate-config-docs.ts`. -->',
    '',
    'A setting has its default, unless a YAML file sets it, unless an environment variable sets it, unless a flag sets it.',
    'What a program does not know it refuses, with the nearest name that it does know; nothing starts then.',
    '`cluster-ai config check` checks settings without starting anything, `cluster-ai config show` shows every value and',
    'where it comes from. Values marked secret are never printed.',
    '',
    '- **File**: `--config FILE`. Nested as the names say: `http.port` is `http:` with `port:` inside. A file for `up` has',
    '  one section for each program: `up`, `controlPlane`, `gateway`. A file for a program alone has its settings at the top.',
    '- **Environment**: the variable in the table. Lists are written with commas. An empty variable counts as not set.',
    '  Secrets may also stand in files: a variable of a secret with `_FILE` behind its name, `DATABASE_URL_FILE`, names one.',
    '- **Flag**: the programs take each setting by its name, `--http.port 8000`. `cluster-ai up --help` lists those of `up`.',
    '',
    ...programs.flatMap(programLines),
    ...runtimeLines(),
    '## Command line client',
    '',
    '| Variable | Meaning |',
    '| --- | --- |',
    ...clientVariables.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
    '',
    '## Compose',
    '',
    'What `docker-compose.yml` and `docker-compose.prod.yml` read from the environment, or from `.env` beside them:',
    '[run it with Docker alone](../guides/compose.md).',
    '',
    '| Variable | Default | Meaning |',
    '| --- | --- | --- |',
    ...composeVariables.map(
      ({ name, fallback, meaning }) => `| \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${meaning} |`,
    ),
    '',
  ].join('\n');
}

/** Every variable with its default, commented out. */
export function renderEnvExample(): string {
  return [
    '# Written by tools/generate-config-docs.ts. Every variable with its default; docs/reference/configuration.md explains them.',
    ...programs.flatMap(variableSection),
    '',
    '# command line client',
    ...clientVariables.slice(1).map(([name]) => `#${name}=`),
    '',
    '# docker compose: what docker-compose.yml and docker-compose.prod.yml read from .env; see docs/guides/compose.md',
    ...composeVariables.map(({ name, fallback }) => `#${name}=${fallback}`),
    '',
  ].join('\n');
}

function programLines({ name, section, purpose, schema }: (typeof programs)[number]): string[] {
  return [
    `## ${name}`,
    '',
    `${purpose} Section \`${section}\` in a file for \`up\`.`,
    '',
    '| Setting | Default | Allowed | Meaning | Variable |',
    '| --- | --- | --- | --- | --- |',
    ...listSettings(name, schema).map(settingRow),
    '',
  ];
}

function runtimeLines(): string[] {
  return [
    '## Settings that can be changed while everything runs',
    '',
    'They live in the database and are in effect within two seconds, in every control plane and gateway. `cluster-ai settings`',
    'lists and changes them, and so does the page Settings. A value that the control plane is started with, in section',
    '`settings` of its file, by variable or by flag, wins over the database and can only be changed there.',
    '',
    '| Setting | Default | Allowed | Unit | Meaning | Variable |',
    '| --- | --- | --- | --- | --- | --- |',
    ...listSettings('', fixedSettingsSchema).map(runtimeRow),
    '',
  ];
}

function runtimeRow({ path, allowed, description, wellKnownEnv }: Setting): string {
  const name = runtimeSettingsSchema.keyof().parse(path);
  const unit = runtimeSettingUnits[name] ?? '';
  return `| \`${path}\` | \`${runtimeSettingDefaults[name]}\` | ${allowed} | ${unit} | ${description} | \`${wellKnownEnv ?? ''}\` |`;
}

function settingRow(setting: Setting): string {
  const secret = setting.secret ? ' Secret.' : '';
  const variables = [setting.env, setting.wellKnownEnv, setting.fileEnvs[0]]
    .filter((name) => name !== undefined)
    .map((name) => `\`${name}\``);
  const { path, allowed, description } = setting;
  return `| \`${path}\` | ${defaultCell(setting)} | ${allowed} | ${description}${secret} | ${variables.join(', ')} |`;
}

function defaultCell(setting: Setting): string {
  if (setting.required) return 'none: must be set';
  return setting.defaultValue === undefined ? '' : `\`${JSON.stringify(setting.defaultValue)}\``;
}

function variableSection({ name, schema }: (typeof programs)[number]): string[] {
  const lines = listSettings(name, schema).map(variableLine);
  return ['', `# ${name}`, ...lines];
}

function variableLine({ env, wellKnownEnv, defaultValue }: Setting): string {
  return `#${wellKnownEnv ?? env}=${defaultText(defaultValue)}`;
}

function defaultText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

const isStartedDirectly = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isStartedDirectly) {
  writeFileSync(configPage, renderConfigPage());
  writeFileSync(envExample, renderEnvExample());
}
