import { enableCompileCache } from 'node:module';
import { compileCacheFolder } from './compile-cache.ts';

// Imports are loaded before any statement runs, so what is to be cached is imported afterwards.
enableCompileCache(compileCacheFolder(process.env));
const { runCli } = await import('./run-cli.ts');
await runCli();
