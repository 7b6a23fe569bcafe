import { testRpcDetails } from '@cluster-ai/testkit/edge/rpc-detail-tests.ts';
import { testRpcEdge } from '@cluster-ai/testkit/edge/rpc-edge-suite.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { startGrpcEdge } from './grpc-edge.ts';

testRpcEdge('our own HTTP/2', startGrpcEdge);
testRpcEdge('our own HTTP/2 with TLS', startGrpcEdge, { ...selfSignedCertificate(), minVersion: 'TLSv1.2' });
testRpcDetails('our own HTTP/2', startGrpcEdge);
