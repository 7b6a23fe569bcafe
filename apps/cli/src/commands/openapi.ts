import { getOpenApi } from '@cluster-ai/contract/api/system.ts';
import { Command } from 'commander';
import { call } from '../connection/call.ts';
import { print } from '../output/print.ts';
import { clientOf } from './context.ts';
import type { GlobalOptions } from './context.ts';
import { withExamples } from './with-examples.ts';

export function openapiCommand(): Command {
  const command = new Command('openapi')
    .description('Print the OpenAPI document of the control API: as JSON, or as YAML with -o yaml')
    .action(async (_flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const document = await call(clientOf(options), getOpenApi);
      // There is no other form that people read.
      print(options.output, document, () => JSON.stringify(document, null, 2));
    });
  return withExamples(command, 'cluster-ai openapi > openapi.json');
}
