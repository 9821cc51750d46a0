import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import packed from './package.json' with { type: 'json' };

// The portal that `npm run dev` stands in front of.
const portal = process.env['RESTANTE_PORTAL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  define: { __VERSION__: JSON.stringify(packed.version) },
  build: {
    target: 'es2022',
    // The portal's Content-Security-Policy allows neither inline code nor data: URLs for code and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rollupOptions: { input: ['index.html', 'outlook/pane.html'] },
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: portal, headers: { origin: portal } },
      '/demo/basic-mail': { target: portal },
      '/demo/outlook/': { target: portal },
      '/outlook/manifest.xml': { target: portal },
    },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
  },
});
