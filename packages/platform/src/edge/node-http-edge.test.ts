import { testEdge } from '@cluster-ai/testkit/edge/edge-suite.ts';
import { startNodeHttpEdge } from './node-http-edge.ts';

testEdge('node:http', startNodeHttpEdge);
