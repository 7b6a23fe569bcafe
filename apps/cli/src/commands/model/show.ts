import { getModel } from '@cluster-ai/contract/api/models.ts';
import type { Model, ModelVersion } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { bytesText, renderFields, renderTable } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { aliasText } from './list.ts';
import { stateText } from './state-text.ts';

export function modelShowCommand(): Command {
  const command = new Command('show')
    .description('Show a model: versions, signature, state on the gateways')
    .argument('<name>')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const model = await call(clientOf(options), getModel, { params: { name } });
      print(options.output, model, () => table(model));
    });
  return withExamples(command, 'cluster-ai model show iris');
}

function table(model: Model): string {
  const [newest] = model.versions;
  return [
    renderFields({
      name: model.name,
      description: model.description,
      created: model.createdAt,
      aliases: aliasText(model.aliases),
      versions: model.versionCount === model.versions.length ? '' : `${model.versionCount}, the newest of them below`,
    }),
    '',
    renderTable(['VERSION', 'STATE', 'SIZE', 'SOURCE', 'CREATED', 'BY', 'DIGEST'], model.versions.map(versionRow)),
    ...(newest === undefined ? [] : ['', `signature of version ${newest.version}`, signatureTable(newest)]),
  ].join('\n');
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
