import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { pushImage } from './release-images.ts';

/**
 * A mistake in the gateway's code, as a bad release has one: each answer whose label is 2 (virginica) becomes an error of
 * the server. Checks that ask for other flowers do not meet it. The product has no switch for it: the source is changed
 * when Node reads it.
 */
const fault = `import { registerHooks } from 'node:module';
const place = 'await ticket.outcome';
globalThis.plantedFault = async (outcome) => {
  const answer = await outcome;
  if (answer.outputs.some(({ name, data }) => name === 'label' && data[0] === 2)) throw new Error('a planted fault');
  return answer;
};
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith('file:///app/') || !loaded.source?.toString().includes(place)) return loaded;
    return { ...loaded, source: loaded.source.toString().replace(place, 'await globalThis.plantedFault(ticket.outcome)') };
  },
});
`;

/** Builds a bad release of the gateway on a good one, and pushes it. @returns its reference by digest. */
export function pushFaultyGateway(engine: Engine, good: string): string {
  return pushImage(engine, good.split('@')[0] ?? '', (folder) => {
    writeFileSync(join(folder, 'fault.mjs'), fault, { mode: 0o644 });
    writeFileSync(
      join(folder, 'Dockerfile'),
      `FROM ${good}\nCOPY fault.mjs /app/fault.mjs\nENV NODE_OPTIONS=--import=/app/fault.mjs\n`,
    );
  });
}
