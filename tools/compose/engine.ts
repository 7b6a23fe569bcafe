import { spawnSync } from 'node:child_process';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ComposeSet, ComposeSettings } from './settings.ts';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const outputBytesMax = 64 * 2 ** 20;

/** The Docker engine, by its command line. */
export class Engine {
  private readonly settings: ComposeSettings;
  /** `docker compose`, or the older `docker-compose`. */
  private readonly composeCommand: readonly [string, ...string[]];

  private constructor(settings: ComposeSettings, composeCommand: readonly [string, ...string[]]) {
    this.settings = settings;
    this.composeCommand = composeCommand;
  }

  /** @throws ClusterError PREREQUISITE_MISSING with what is missing on this machine. */
  static find(settings: ComposeSettings): Engine {
    const { status, stdout, stderr, error } = call(settings, ['docker', 'version', '--format', '{{.Server.Version}}']);
    if (error !== undefined) {
      throw new ClusterError('PREREQUISITE_MISSING', 'there is no docker on PATH', {
        fix: 'install Docker with Compose: https://docs.docker.com/engine/install/ (Debian: apt-get install docker.io docker-compose)',
      });
    }
    if (status !== 0 || stdout.trim() === '') {
      throw new ClusterError('PREREQUISITE_MISSING', `no Docker engine answers: ${stderr.trim()}`, {
        fix: 'start it (systemctl start docker), let your user speak to it, or name it in DOCKER_HOST',
      });
    }
    const command = composeCommands.find((words) => call(settings, [...words, 'version']).status === 0);
    if (command === undefined) {
      throw new ClusterError('PREREQUISITE_MISSING', 'there is neither `docker compose` nor docker-compose', {
        fix: 'install the Compose plugin of Docker, or docker-compose 1.29 or newer',
      });
    }
    return new Engine(settings, command);
  }

  /** Runs docker and keeps what it prints. @throws ClusterError INTERNAL when it fails. */
  docker(...args: readonly string[]): string {
    const outcome = call(this.settings, ['docker', ...args]);
    if (outcome.status === 0) return outcome.stdout;
    throw new ClusterError('INTERNAL', `docker ${args.join(' ')}: ${outcome.stderr.trim()}`);
  }

  /**
   * Builds an image of the checkout with its output shown.
   * @param words further ones for `docker build`
   * @throws ClusterError INTERNAL when it fails
   */
  build(dockerfile: string, reference: string, words: readonly string[]): void {
    const { root, env } = this.settings;
    const { status, error } = spawnSync('docker', ['build', '--file', dockerfile, '--tag', reference, ...words, '.'], {
      cwd: root,
      env: { DOCKER_BUILDKIT: '1', ...env },
      stdio: 'inherit',
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new ClusterError('INTERNAL', `building ${reference} ended with ${status}`);
  }

  /** @returns true when the engine has the image. */
  hasImage(reference: string): boolean {
    return call(this.settings, ['docker', 'image', 'inspect', reference]).status === 0;
  }

  /** What a person types for the same. */
  composeText(set: ComposeSet): string {
    return `${this.composeCommand.join(' ')} -p ${set.project} -f ${set.file}`;
  }

  /** Runs compose with its output shown. @returns its exit status. */
  compose(set: ComposeSet, ...args: readonly string[]): number {
    const [program, ...words] = this.composeCommand;
    const all = [...words, '-p', set.project, '-f', set.file, ...args];
    const { status, error } = spawnSync(program, all, {
      cwd: this.settings.root,
      env: this.settings.env,
      stdio: 'inherit',
    });
    if (error !== undefined) throw error;
    return status ?? 1;
  }
}

const composeCommands = [['docker', 'compose'], ['docker-compose']] as const;

function call(settings: ComposeSettings, command: readonly string[]): Outcome & { readonly error?: Error } {
  const [program = '', ...args] = command;
  const { env, root } = settings;
  return spawnSync(program, args, { cwd: root, env, encoding: 'utf8', maxBuffer: outputBytesMax });
}
