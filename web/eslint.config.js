import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/vault/module/', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Markup that did not come from the compiler goes through the sanitiser and into a sandbox, nowhere else.
      'svelte/no-at-html-tags': 'error',
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/no-inline-styles': 'error',
      // This application has its own router; the rule is about SvelteKit's.
      'svelte/no-navigation-without-resolve': 'off',
      // State here is replaced, never changed in place ($state.raw), so plain sets and maps do.
      'svelte/prefer-svelte-reactivity': 'off',
      'no-eval': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Build nodes, or sanitise and use the sandbox.' },
        { property: 'outerHTML', message: 'Build nodes, or sanitise and use the sandbox.' },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
  },
  { files: ['tools/**', '*.config.*'], languageOptions: { globals: { ...globals.node } } },
);
