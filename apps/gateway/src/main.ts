import { enableCompileCache } from 'node:module';
import { compileCacheFolder } from '@cluster-ai/platform/process/compile-cache.ts';

// Imports are loaded before any statement runs, so what is to be cached is imported afterwards. Runners have no part in it:
// what one of them wrote there, this program would run. Where the folder cannot be written, nothing is cached.
enableCompileCache(compileCacheFolder(process.env));
const { runGateway } = await import('./run-gateway.ts');
await runGateway();
