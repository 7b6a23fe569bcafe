import { testEdge } from '@cluster-ai/testkit/edge/edge-suite.ts';
import { startOwnHttpEdge } from './own-http-edge.ts';

testEdge('own HTTP', startOwnHttpEdge);
