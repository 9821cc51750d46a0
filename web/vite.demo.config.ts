// The page of a demonstration that stands in for Outlook, and its stand-in for office.js: beside the web client, and no part
// of its chunks. Both go below demo/, of which a portal serves nothing unless it is a demonstration.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte()],
  publicDir: false,
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    assetsDir: 'demo/assets',
    modulePreload: { polyfill: false },
    emptyOutDir: false,
    // The editor of formatted text is most of it, and nobody waits for a demonstration on loopback.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      input: { page: 'demo/outlook.html', office: 'src/stand-in/office.ts' },
      output: {
        // It shares no code with the page and exports nothing: such a module is a classic script, too, but for its names.
        banner: ({ name }) => (name === 'office' ? '(() => {' : ''),
        footer: ({ name }) => (name === 'office' ? '})();' : ''),
        entryFileNames: ({ name }) => (name === 'office' ? 'demo/outlook/office.js' : 'demo/assets/[name]-[hash].js'),
      },
    },
  },
});
