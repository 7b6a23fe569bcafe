import { join } from 'node:path';
import { installPrerequisites } from './test/prerequisites.ts';

// Says what make bench needs from root, and installs it where it is missing.
installPrerequisites(join(import.meta.dirname, '..'), 'bench');
