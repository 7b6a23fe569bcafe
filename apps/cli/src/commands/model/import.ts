import { importModel } from '@cluster-ai/contract/api/uploads.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { clientOf } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { printRegistered, withRegisterOptions } from './print-registered.ts';
import type { RegisterOptions } from './print-registered.ts';
import { settingsOf, withVersionOptions } from './version-options.ts';
import type { VersionOptions } from './version-options.ts';

interface ImportOptions extends RegisterOptions, VersionOptions {
  readonly sha256?: string;
}

/** The server fetches the whole model before it answers. */
const fetchTimeoutMs = 1_800_000;

export function modelImportCommand(): Command {
  const command = new Command('import')
    .description(
      'Take models in: a folder of them, with their configuration, or one that the server fetches from an https address that its settings allow',
    )
    .argument('<name or folder>', 'the name of the model that is fetched; without an address, a folder of models')
    .argument('[url]', 'address of an ONNX file')
    .option('--sha256 <hex>', 'refuse a file with another digest')
    .action(async (name: string, url: string | undefined, _flags, command: Command) => {
      const options = command.optsWithGlobals<ImportOptions>();
      if (url !== undefined) return fetchModel(name, url, options);
      const { importRepository } = await import('./repository/import-repository.ts');
      return importRepository(name, options);
    });
  return withExamples(
    withRegisterOptions(withVersionOptions(command)),
    'cluster-ai model import ./model_repository',
    'cluster-ai model import iris https://models.example.com/iris.onnx',
  );
}

async function fetchModel(model: string, url: string, options: ImportOptions): Promise<void> {
  const beganMs = performance.now();
  const client = clientOf(options);
  const { sha256, notes, lineage } = options;
  const deploy = options.deploy ? ('latest' as const) : ('none' as const);
  const body = { model, url, sha256, notes, lineage, settings: settingsOf(options), deploy };
  const registered = await call({ ...client, timeoutMs: fetchTimeoutMs }, importModel, { body });
  await printRegistered(client, registered, options, beganMs);
}
