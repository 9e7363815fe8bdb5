import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Django's address for `npm run dev` and `npm run preview`; nginx does this in a deployment. */
const backend = process.env.BACKEND_URL ?? 'http://127.0.0.1:8000';
const proxy = { '/api': backend, '/admin': backend, '/static': backend };

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy },
  preview: { proxy },
  build: {
    // The content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
  },
  test: {
    // Upper bounds for a busy machine: a test waits for conditions and usually ends within a second.
    testTimeout: 60_000,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'page',
          environment: 'jsdom',
          setupFiles: ['src/test/setup.ts'],
          include: ['src/**/*.test.{ts,tsx}'],
        },
      },
      { extends: true, test: { name: 'budget', environment: 'node', include: ['budget/*.test.ts'] } },
    ],
  },
});
