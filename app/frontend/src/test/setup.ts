/** What every test starts from: English, no session, a fresh backend, and what jsdom lacks. */
import '@testing-library/jest-dom/vitest';
import { onlineManager } from '@tanstack/react-query';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';

// The first use of a lazy page compiles it, on a busy machine for seconds.
configure({ asyncUtilTimeout: 20_000 });

vi.stubGlobal('matchMedia', (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
vi.stubGlobal('scrollTo', () => undefined);

// jsdom has the dialog element but not its modal methods.
HTMLDialogElement.prototype.showModal ??= function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function close() {
  if (this.open) {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  }
};

const { server, resetBackend } = await import('./backend');
const { session } = await import('@/lib/session');
const { startI18n } = await import('@/lib/i18n');

beforeAll(async () => {
  server.listen({ onUnhandledRequest: 'error' });
  await startI18n('en');
});
beforeEach(() => {
  localStorage.clear();
  resetBackend();
});
/** A warning of React, i18next or the router is a failure. */
const complaints = vi.fn();

beforeEach(() => {
  complaints.mockClear();
  for (const level of ['error', 'warn'] as const) {
    vi.spyOn(console, level).mockImplementation(complaints);
  }
});
afterEach(() => {
  cleanup();
  expect(complaints.mock.calls).toEqual([]);
  session.end();
  server.resetHandlers();
  onlineManager.setOnline(true);
});
afterAll(() => server.close());
