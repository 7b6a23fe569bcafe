import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { buildImages } from './build-images.ts';
import { containersOf, isWell, untilHealthy } from './containers.ts';
import { Engine } from './engine.ts';
import { writeFrontDoor } from './front-door.ts';
import { composeFailed, restartInTurn, rollOut, services } from './roll-out.ts';
import { certificateNames, makeSecrets, missingSecrets, secretNames } from './secrets.ts';
import { ownImages } from './settings.ts';
import type { ComposeSet, ComposeSettings, SetName } from './settings.ts';

/** What `make <name>` does. @returns the exit status. */
type Command = (settings: ComposeSettings, args: readonly string[]) => Promise<number> | number;

export const commands: Readonly<Record<string, Command>> = {
  secrets: (settings) => {
    const made = makeSecrets(settings.secretsFolder, settings.publicUrl.hostname);
    const { secretsFolder: folder } = settings;
    console.log(made.length === 0 ? `${folder}: nothing was missing` : `${folder}: made ${made.join(', ')}`);
    return 0;
  },

  build: (settings, args) => {
    buildImages(Engine.find(settings), settings, args);
    return 0;
  },

  'prod-up': async (settings) => {
    assertSecrets(settings, [...secretNames, ...certificateNames]);
    const engine = Engine.find(writeFrontDoor(settings));
    assertImages(engine, settings);
    const { prod } = settings.sets;
    await rollOut(engine, settings);
    console.log(`\nCluster AI is healthy: ${settings.publicUrl.origin}`);
    console.log(
      `first sign-in: make cli ARGS="user setup-code"  (${engine.composeText(prod)} run --rm cli user setup-code)`,
    );
    return 0;
  },

  'dev-up': async (settings) => {
    assertSecrets(settings, secretNames);
    const engine = Engine.find(settings);
    const { dev } = settings.sets;
    // Made here, so that it belongs to whoever works in the checkout and not to the engine.
    mkdirSync(join(settings.root, '.cache', 'models'), { recursive: true });
    const status = engine.compose(dev, 'up', '--detach');
    if (status !== 0) throw composeFailed(engine, dev, 'up', status);
    await untilHealthy(engine, dev, services);
    console.log('\ndashboard   http://localhost:5173');
    console.log('API         http://localhost:3000');
    console.log('predictions http://localhost:8000, with a key');
    console.log('Prometheus  http://localhost:9090');
    console.log('first sign-in: make cli ARGS="user setup-code"');
    return 0;
  },

  status: (settings, args) => {
    const engine = Engine.find(settings);
    for (const set of presentSets(engine, settings, args)) {
      console.log(`${set.file} (${set.project})`);
      const rows = containersOf(engine, set).map(({ service, state, health, restarts, image }) => [
        service,
        state,
        health,
        `${restarts} restarts`,
        image,
      ]);
      printRows(rows);
    }
    return 0;
  },

  health: (settings, args) => {
    const engine = Engine.find(settings);
    let well = true;
    for (const set of presentSets(engine, settings, args)) {
      const containers = containersOf(engine, set);
      const rows = services.map((name) => {
        const own = containers.filter(({ service }) => service === name);
        const ok = own.length > 0 && own.every(isWell);
        well &&= ok;
        const found = own.map(({ state, health, lastCheck }) => (ok ? health : `${state}, ${health}: ${lastCheck}`));
        return [name, ok ? 'ok' : 'NOT OK', found.join('; ') || 'there is no container'];
      });
      console.log(`${set.file} (${set.project})`);
      printRows(rows);
    }
    return well ? 0 : 1;
  },

  logs: (settings, args) => {
    const engine = Engine.find(settings);
    const rest = args.filter((word) => !isSetName(word));
    return presentSets(engine, settings, args).reduce(
      (worst, set) => Math.max(worst, engine.compose(set, 'logs', '--tail=200', ...rest)),
      0,
    );
  },

  restart: async (settings, args) => {
    const engine = Engine.find(settings);
    for (const set of presentSets(engine, settings, args)) {
      await restartInTurn(
        engine,
        settings,
        set,
        args.filter((word) => !isSetName(word)),
      );
    }
    return 0;
  },

  down: (settings, args) => {
    const engine = Engine.find(settings);
    for (const set of presentSets(engine, settings, args)) {
      const status = engine.compose(set, 'down');
      if (status !== 0) throw composeFailed(engine, set, 'down', status);
      const filter = `label=com.docker.compose.project=${set.project}`;
      const volumes = engine.docker('volume', 'ls', '--quiet', '--filter', filter).split('\n').filter(Boolean);
      console.log(`\nThe data is kept. To delete it for good: docker volume rm ${volumes.join(' ')}`);
    }
    return 0;
  },

  cli: (settings, args) => {
    const engine = Engine.find(settings);
    const [set, ...more] = presentSets(engine, settings, []);
    if (set === undefined || more.length > 0) {
      throw new ClusterError('CONFLICT', 'both sets run here', { fix: 'call compose itself for one of them' });
    }
    return engine.compose(set, 'run', '--rm', 'cli', ...args);
  },
};

function assertSecrets({ secretsFolder }: ComposeSettings, names: readonly string[]): void {
  const missing = missingSecrets(secretsFolder, names);
  if (missing.length === 0) return;
  throw new ClusterError('PREREQUISITE_MISSING', `${secretsFolder} lacks ${missing.join(', ')}`, {
    fix: 'make secrets makes what is missing, once; nothing has a default password',
  });
}

/** An image without a registry in its name can only have been built here. */
function assertImages(engine: Engine, { env }: ComposeSettings): void {
  const missing = Object.keys(ownImages)
    .map((variable) => env[variable] ?? '')
    .filter((reference) => reference.startsWith('cluster-ai/') && !engine.hasImage(reference));
  if (missing.length === 0) return;
  throw new ClusterError('PREREQUISITE_MISSING', `the engine lacks ${missing.join(', ')}`, {
    fix: 'build them: make build. Or set CLUSTER_AI_REGISTRY (registry.example.com/) and CLUSTER_AI_VERSION to pull yours',
  });
}

const isSetName = (word: string): word is SetName => word === 'dev' || word === 'prod';

/** The sets that were named, else those that have containers. @throws ClusterError NOT_FOUND when there is none. */
function presentSets(engine: Engine, { sets }: ComposeSettings, args: readonly string[]): ComposeSet[] {
  const named = args.filter(isSetName);
  const wanted = named.length === 0 ? Object.values(sets) : named.map((name) => sets[name]);
  const present = wanted.filter((set) => containersOf(engine, set).length > 0);
  if (present.length > 0) return present;
  const projects = wanted.map(({ project }) => project).join(' or ');
  throw new ClusterError('NOT_FOUND', `there are no containers of ${projects}`, {
    fix: 'make prod-up or make dev-up starts them; the platform of this machine without containers is make up',
  });
}

function printRows(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  for (const row of rows) {
    console.log(
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}`,
    );
  }
}
