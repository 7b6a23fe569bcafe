import { join } from 'node:path';
import { tidyRules } from './tidy/rules.ts';
import { readRepository } from './tidy/repository.ts';

// The house style as a check: node tools/tidy.ts [folder]. Prints each finding, exits with 1 when there is one.
const repository = readRepository(process.argv[2] ?? join(import.meta.dirname, '..'));
const findings = Object.values(tidyRules).flatMap((rule) => rule(repository));
for (const { path, line, message } of findings) console.log(`${path}:${line}: ${message}`);
console.log(`tidy: ${repository.files.length} files, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
