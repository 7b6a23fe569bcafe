import { createServer } from 'vite';
import { startMockServer } from './server.ts';

// `npm run dev:mock`: the dashboard with reload on change, over the mock instead of a control plane.
const mock = await startMockServer({ port: 0 });
const vite = await createServer({ server: { proxy: { '/api': mock.url, '/predict': mock.url, '/mock': mock.url } } });
await vite.listen();
vite.printUrls();
