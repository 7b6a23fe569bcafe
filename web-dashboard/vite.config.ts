import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const controlPlane = process.env['CLUSTER_AI_SERVER'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The front door's content security policy has no `data:`: every font and picture stays a file of its own.
    assetsInlineLimit: 0,
    target: 'es2024',
  },
  server: {
    // One origin, as behind the front door: the dashboard calls only relative addresses.
    proxy: { '/api': controlPlane, '/predict': controlPlane },
  },
});
