import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dependencyPage, renderDependencyPage } from './tidy/dependencies/render-page.ts';
import { readRepository } from './tidy/repository.ts';

// Writes the page of all dependencies; the house style (tools/tidy.ts) finds it when it is stale.
const root = join(import.meta.dirname, '..');
writeFileSync(join(root, dependencyPage), renderDependencyPage(readRepository(root)) ?? '');
