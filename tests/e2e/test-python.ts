import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../start-platform.ts';

/** The Python that has tritonclient. @throws Error naming what makes it. */
export function testPython(): string {
  const python = join(repository, '.tools/python/bin/python');
  if (!existsSync(python)) throw new Error(`${python} is missing: \`make test\` makes it from tests/requirements.txt`);
  return python;
}
