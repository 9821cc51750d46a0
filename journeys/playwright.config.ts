import { defineConfig } from '@playwright/test';

// What Playwright switches off in Chromium, but for ThirdPartyStoragePartitioning: the frame of an add-in keeps its storage
// apart for each site around it, and is refused any where that is off. Of two such lists Chromium takes the last.
const OFF = [
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
];

export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  timeout: 240_000,
  expect: { timeout: 20_000 },
  // Two cores, and each journey has a browser, a portal and a mail system to feed.
  workers: 1,
  forbidOnly: true,
  reporter: 'list',
  use: {
    browserName: 'chromium',
    actionTimeout: 30_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--disable-features=${OFF.join(',')}`,
      ],
    },
  },
});
