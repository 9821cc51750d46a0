import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import packed from './package.json' with { type: 'json' };

// The portal that `npm run dev` stands in front of.
const portal = process.env['RESTANTE_PORTAL'] ?? 'http://127.0.0.1:8080';

/** Packs what gets smaller by it, once: the portal would do it for everybody who asks. */
function pack(): Plugin {
  return {
    name: 'pack',
    apply: 'build',
    writeBundle: {
      order: 'post',
      sequential: true,
      handler({ dir = 'dist' }) {
        for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
          if (!entry.isFile() || entry.name.endsWith('.gz')) continue;
          const path = join(entry.parentPath, entry.name);
          const content = readFileSync(path);
          const packed = gzipSync(content, { level: 9 });
          if (packed.length < content.length * 0.9) writeFileSync(`${path}.gz`, packed);
        }
      },
    },
  };
}

export default defineConfig({
  plugins: [svelte(), pack()],
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
