import { enableCompileCache } from 'node:module';
import { compileCacheFolder } from '@cluster-ai/platform/process/compile-cache.ts';
import { bundledCli } from './bundled-cli.ts';

// Imports are loaded before any statement runs, so what is to be cached is imported afterwards.
enableCompileCache(compileCacheFolder(process.env));
const bundle = bundledCli();
if (bundle === null) {
  const { runCli } = await import('./run-cli.ts');
  const exitCode = await runCli(process.argv.slice(2));
  // A command that worked may have found something wrong, and has said so itself.
  if (exitCode !== 0) process.exitCode = exitCode;
} else {
  // This file again, and what it imports: it reads the same words.
  await import(bundle);
}
