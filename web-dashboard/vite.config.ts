import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { headLinks } from './build/head-links.ts';

const controlPlane = process.env['CLUSTER_AI_SERVER'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react(), tailwindcss(), headLinks()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The front door's content security policy has no `data:`: every font and picture stays a file of its own.
    assetsInlineLimit: 0,
    target: 'es2024',
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What runs before anything else must not wait for the rest: the entry and what it imports.
            { name: 'first', tags: ['$initial'], priority: 2 },
            // What several pages have in common is one file: forty small ones cost each page more.
            { name: 'frame', minShareCount: 3, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    // One origin, as behind the front door: the dashboard calls only relative addresses.
    proxy: { '/api': controlPlane, '/predict': controlPlane },
  },
});
