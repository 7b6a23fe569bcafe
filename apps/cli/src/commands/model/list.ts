import type { Model } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { everyModel } from '../../connection/every-page.ts';
import { print } from '../../output/print.ts';
import { bytesText, renderTable } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { stateText } from './state-text.ts';

export function modelListCommand(): Command {
  return new Command('list').description('List the models').action(async (_flags, command: Command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const models = await everyModel(clientOf(options));
    print(options.output, models, () => table(models));
  });
}

function table(models: readonly Model[]): string {
  if (models.length === 0) return 'no models yet; push one: cluster-ai model push <name> <file.onnx>';
  return renderTable(
    ['NAME', 'NEWEST', 'VERSIONS', 'STATE', 'SIZE', 'ALIASES'],
    models.map(({ name, versions, aliases }) => {
      const [newest] = versions;
      const aliasText = Object.entries(aliases).map(([alias, version]) => `${alias}=${version}`);
      const size = newest === undefined ? '' : bytesText(newest.sizeBytes);
      return [
        name,
        String(newest?.version ?? ''),
        String(versions.length),
        newest === undefined ? '' : stateText(newest),
        size,
        aliasText.join(' '),
      ];
    }),
  );
}
