import { embeddedPostgresBinaries } from '@cluster-ai/platform/postgres/embedded-binaries.ts';

// The control plane makes these links when it starts. Under root it starts as another user, who may not write here.
embeddedPostgresBinaries();
