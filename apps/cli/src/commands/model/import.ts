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
    .description('Let the server fetch a model from an https address that its settings allow')
    .argument('<name>')
    .argument('<url>', 'address of an ONNX file')
    .option('--sha256 <hex>', 'refuse a file with another digest')
    .action((name: string, url: string, _flags, command: Command) =>
      fetchModel(name, url, command.optsWithGlobals<ImportOptions>()),
    );
  return withExamples(
    withRegisterOptions(withVersionOptions(command)),
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
