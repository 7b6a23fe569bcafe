import { getModel, getVersion } from '@cluster-ai/contract/api/models.ts';
import type { Model, ModelVersion, WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { bytesText, renderFields, renderTable } from '../../output/table.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { aliasText } from './list.ts';
import { stateText } from './state-text.ts';

interface ShowOptions extends GlobalOptions {
  readonly modelVersion?: number;
}

export function modelShowCommand(): Command {
  const command = new Command('show')
    .description('Show a model: newest versions, signature, state on the gateways; or all about one version')
    .argument('<name>')
    .option('--model-version <number>', 'show this version, with its files, notes and lineage', wholeNumber)
    .action((name: string, _flags, command: Command) => show(name, command.optsWithGlobals<ShowOptions>()));
  return withExamples(command, 'cluster-ai model show iris', 'cluster-ai model show iris --model-version 2');
}

async function show(name: string, options: ShowOptions): Promise<void> {
  const client = clientOf(options);
  const { modelVersion: version, output } = options;
  if (version === undefined) {
    const model = await call(client, getModel, { params: { name } });
    print(output, model, () => modelText(model));
  } else {
    const whole = await call(client, getVersion, { params: { name, version } });
    print(output, whole, () => versionText(name, whole));
  }
}

function modelText(model: Model): string {
  const [newest] = model.versions;
  return [
    renderFields({
      name: model.name,
      description: model.description,
      created: model.createdAt,
      aliases: aliasText(model.aliases),
      versions:
        model.versionCount === model.versions.length
          ? String(model.versionCount)
          : `${model.versionCount}, the newest of them below; all: cluster-ai model versions ${model.name}`,
    }),
    '',
    renderTable(['VERSION', 'STATE', 'SIZE', 'SOURCE', 'CREATED', 'BY', 'DIGEST'], model.versions.map(versionRow)),
    ...(newest === undefined ? [] : ['', `signature of version ${newest.version}`, signatureTable(newest)]),
  ].join('\n');
}

function versionText(name: string, version: WholeVersion): string {
  const { settings, lineage, files, observed } = version;
  return [
    renderFields({
      model: name,
      version: String(version.version),
      state: stateText(version),
      digest: version.digest,
      size: bytesText(version.sizeBytes),
      created: `${version.createdAt} by ${version.createdBy} (${version.source})`,
      runs: Object.keys(settings).length === 0 ? 'as the gateway chooses' : JSON.stringify(settings),
      notes: version.notes,
    }),
    signatureTable(version),
    renderTable(
      ['FILE', 'SIZE', 'SHA-256'],
      files.map(({ path, size, sha256 }) => [path, bytesText(size), sha256]),
    ),
    ...(Object.keys(lineage).length === 0
      ? []
      : [
          renderTable(
            ['LINEAGE', ''],
            Object.entries(lineage).map(([key, value]) => [key, String(value)]),
          ),
        ]),
    ...(observed.length === 0
      ? []
      : [
          renderTable(
            ['GATEWAY', 'STATE', 'REASON'],
            observed.map(({ gateway, state, reason }) => [gateway, state, reason]),
          ),
        ]),
  ].join('\n\n');
}

function versionRow(version: ModelVersion): string[] {
  const { sizeBytes, source, createdAt, createdBy, digest } = version;
  return [
    String(version.version),
    stateText(version),
    bytesText(sizeBytes),
    source,
    createdAt,
    createdBy,
    digest.slice(0, 12),
  ];
}

function signatureTable({ signature }: ModelVersion): string {
  const rows = [
    ...signature.inputs.map((tensor) => ['input', tensor] as const),
    ...signature.outputs.map((tensor) => ['output', tensor] as const),
  ];
  return renderTable(
    ['', 'NAME', 'DATATYPE', 'SHAPE'],
    rows.map(([kind, { name, datatype, shape }]) => [kind, name, datatype, `[${shape.join(',')}]`]),
  );
}
