import { testHttp2Edge } from '@cluster-ai/testkit/edge/http2-edge-suite.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import type { StartEdge } from './edge.ts';
import { Http2Clients } from './http2/http/http2-clients.ts';
import { startOwnHttpEdge } from './own-http-edge.ts';

const startEdge: StartEdge = (options, handler) =>
  startOwnHttpEdge(options, handler, (...shared) => new Http2Clients(...shared));

testHttp2Edge('own HTTP/2 in plain text', startEdge);
testHttp2Edge('own HTTP/2 over TLS', startEdge, { ...selfSignedCertificate(), minVersion: 'TLSv1.2' });
