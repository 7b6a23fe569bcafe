import { setTimeout as delay } from 'node:timers/promises';
import { containersOf } from './containers.ts';
import type { Engine } from './engine.ts';
import { frontDoorFolder, writeFrontDoor } from './front-door.ts';
import type { ComposeSet, ComposeSettings } from './settings.ts';

/** Which gateway answers alone while another one is away. */
const neighbours: Readonly<Record<string, string>> = {
  'inference-gateway-1': 'inference-gateway-2',
  'inference-gateway-2': 'inference-gateway-1',
};

/** Processes of nginx that answer what was begun under the settings before end within this time. */
const drainedWithinMs = 40_000;

/**
 * Does something to a service while the front door gives it no requests. A gateway answers what it has read when it is
 * stopped, but a request may lie unread in the queue of its socket, and nobody may send that one again: so it gets none.
 */
export async function whileTakenOut(
  engine: Engine,
  settings: ComposeSettings,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  const { prod } = settings.sets;
  const neighbour = neighbours[name];
  const frontDoor = neighbour === undefined ? undefined : frontDoorOf(engine, prod);
  if (neighbour === undefined || frontDoor === undefined || !reads(engine, frontDoor, settings)) return work();
  const neighbourIsWell = containersOf(engine, prod).some(
    ({ service, health }) => service === neighbour && health === 'healthy',
  );
  if (!neighbourIsWell) return work();
  await give(engine, frontDoor, settings, neighbour);
  try {
    await work();
  } finally {
    await give(engine, frontDoor, settings);
  }
}

function frontDoorOf(engine: Engine, set: ComposeSet): string | undefined {
  return containersOf(engine, set).find(({ service, state }) => service === 'frontend' && state === 'running')?.id;
}

/** True when the running front door has the folder that is written here. */
function reads(engine: Engine, frontDoor: string, settings: ComposeSettings): boolean {
  const format = '{{range .Mounts}}{{println .Source}}{{end}}';
  const isOurs = engine
    .docker('inspect', '--format', format, frontDoor)
    .split('\n')
    .includes(frontDoorFolder(settings));
  if (!isOurs) {
    console.log('the settings of the front door are not written here: a request that has just arrived may be lost');
  }
  return isOurs;
}

async function give(engine: Engine, frontDoor: string, settings: ComposeSettings, only?: string): Promise<void> {
  writeFrontDoor(settings, only);
  engine.docker('kill', '--signal', 'HUP', frontDoor);
  const beganMs = performance.now();
  // The new processes are there at once; the old ones go when what they had begun is answered.
  do await delay(1_000);
  while (engine.docker('top', frontDoor).includes('shutting down') && performance.now() - beganMs < drainedWithinMs);
}
