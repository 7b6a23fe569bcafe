import { z } from 'zod';
import type { RunProgram } from './run-program.ts';

const quickTimeoutMs = 60_000;

const containerSchema = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  /** The program of its entry point. */
  Path: z.string(),
  State: z.looseObject({
    Status: z.string(),
    ExitCode: z.number().default(0),
    Health: z.looseObject({ Status: z.string() }).nullish(),
  }),
  Config: z.looseObject({ Labels: z.record(z.string(), z.string()).default({}), Image: z.string() }),
});

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** As it was asked for when the container was made. */
  readonly image: string;
  readonly program: string;
  /** `healthy` by its own check, `running` where it has none, `done` after exit code 0; anything else is not well. */
  readonly condition: 'healthy' | 'running' | 'done' | 'starting' | 'unwell';
}

/** The Docker engine, by its command line: the engine may be another machine's (DOCKER_HOST). */
export class Docker {
  private readonly run: RunProgram;

  constructor(run: RunProgram) {
    this.run = run;
  }

  /** The containers of a compose project, in any state. */
  async containers(project: string): Promise<readonly Container[]> {
    const filter = `label=com.docker.compose.project=${project}`;
    const ids = (
      await this.run(['docker', 'ps', '--all', '--quiet', '--filter', filter], { timeoutMs: quickTimeoutMs })
    )
      .split('\n')
      .filter((id) => id !== '');
    if (ids.length === 0) return [];
    const inspected = await this.run(['docker', 'inspect', ...ids], { timeoutMs: quickTimeoutMs });
    return z
      .array(containerSchema)
      .parse(JSON.parse(inspected))
      .map((container) => ({
        id: container.Id,
        name: container.Name.replace(/^\//, ''),
        service: container.Config.Labels['com.docker.compose.service'] ?? '',
        image: container.Config.Image,
        program: container.Path,
        condition: conditionOf(container.State),
      }));
  }

  async exec(container: string, command: readonly string[]): Promise<string> {
    return await this.run(['docker', 'exec', container, ...command], { timeoutMs: quickTimeoutMs });
  }

  async signal(container: string, signal: string): Promise<void> {
    await this.run(['docker', 'kill', '--signal', signal, container], { timeoutMs: quickTimeoutMs });
  }

  /** Processes of nginx that take new requests, by their ids. */
  async workers(container: string): Promise<readonly string[]> {
    const printed = await this.run(['docker', 'top', container, '-eo', 'pid,args'], { timeoutMs: quickTimeoutMs });
    return printed
      .split('\n')
      .filter((line) => line.includes('nginx: worker process') && !line.includes('shutting down'))
      .map((line) => line.trim().split(/\s+/)[0] ?? '');
  }

  async removeVolume(name: string): Promise<void> {
    await this.run(['docker', 'volume', 'rm', '--force', name], { timeoutMs: quickTimeoutMs });
  }
}

function conditionOf(state: z.infer<typeof containerSchema>['State']): Container['condition'] {
  if (state.Status === 'exited') return state.ExitCode === 0 ? 'done' : 'unwell';
  if (state.Status === 'created' || state.Status === 'restarting') return 'starting';
  if (state.Status !== 'running') return 'unwell';
  const health = state.Health?.Status;
  if (health === undefined || health === 'none') return 'running';
  if (health === 'healthy') return 'healthy';
  return health === 'starting' ? 'starting' : 'unwell';
}
