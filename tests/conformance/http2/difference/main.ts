import { parseArgs } from 'node:util';
import { compareEdges } from './compare-edges.ts';

// make edge-differences MINUTES=60 SEED=7
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
console.log(`seed ${values.seed}, ${values.minutes} minutes`);
const compared = await compareEdges(Number(values.minutes) * 60, Number(values.seed));
console.log(`${compared} connections were answered alike by our own server and by grpc-js`);
