/** Walks through a running Resee at BASE_URL with the system's Chromium, as a desktop and as a phone. */
import { defineConfig, devices } from '@playwright/test';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const launchOptions = {
  executablePath: CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  reporter: 'list',
  // The API lets one address make ten requests a second; two browsers at once would meet that limit.
  workers: 1,
  // Generous: a busy machine is no fault of the page.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: process.env.BASE_URL ?? 'http://localhost:8080',
    locale: 'en-US',
    timezoneId: 'Asia/Seoul',
    trace: 'retain-on-failure',
    launchOptions,
  },
  projects: [
    {
      name: 'desktop',
      use: { viewport: { width: 1280, height: 860 } },
      testIgnore: ['**/screenshots.spec.ts', '**/touch.spec.ts', '**/layout.spec.ts'],
    },
    {
      name: 'phone',
      use: { ...devices['Pixel 7'], launchOptions },
      testMatch: ['**/walk.spec.ts', '**/accessibility.spec.ts', '**/touch.spec.ts', '**/layout.spec.ts'],
    },
    { name: 'screenshots', testMatch: '**/screenshots.spec.ts' },
  ],
});
