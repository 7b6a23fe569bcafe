import { testRpcDetails } from '@cluster-ai/testkit/edge/rpc-detail-tests.ts';
import { testRpcEdge } from '@cluster-ai/testkit/edge/rpc-edge-suite.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { startGrpcJsEdge } from './grpc-js-edge.ts';

testRpcEdge('grpc-js', startGrpcJsEdge);
testRpcEdge('grpc-js with TLS', startGrpcJsEdge, { ...selfSignedCertificate(), minVersion: 'TLSv1.2' });
testRpcDetails('grpc-js', startGrpcJsEdge);
