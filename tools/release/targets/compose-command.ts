import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { RunProgram } from './run-program.ts';

/**
 * The compose of this machine: the plugin of Docker, or the program of Debian.
 * @throws ClusterError PREREQUISITE_MISSING when there is neither
 */
export async function composeCommand(run: RunProgram): Promise<readonly string[]> {
  const reasons: string[] = [];
  for (const command of [['docker', 'compose'], ['docker-compose']]) {
    try {
      await run([...command, 'version'], { timeoutMs: 30_000 });
      return command;
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new ClusterError('PREREQUISITE_MISSING', `there is no compose on this machine: ${reasons.join('; ')}`, {
    fix: 'Install Docker with its compose plugin, or Debian’s docker-compose.',
  });
}
