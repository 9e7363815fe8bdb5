/** A browser may forbid a page to store anything; Resee then works until the tab is closed. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tokenPair } from '@/test/data';

const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'localStorage') as PropertyDescriptor;

beforeEach(() => {
  vi.resetModules();
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    },
  });
});
afterEach(() => {
  Object.defineProperty(globalThis, 'localStorage', descriptor);
  document.documentElement.classList.remove('dark');
});

describe('without a storage', () => {
  it('a session lasts as long as its tab', async () => {
    const { session } = await import('./session');
    expect(session.isActive()).toBe(false);
    const pair = tokenPair();
    session.begin(pair);
    expect(session.isActive()).toBe(true);
    expect(session.refreshToken()).toBe(pair.refresh);
    expect(await session.accessToken()).toBe(pair.access);
    session.end();
    expect(session.isActive()).toBe(false);
  });

  it('the theme is changed', async () => {
    const { setTheme } = await import('./theme');
    setTheme('dark');
    expect(document.documentElement).toHaveClass('dark');
    setTheme('light');
    expect(document.documentElement).not.toHaveClass('dark');
  });

  it("the language is the browser's, until another is chosen", async () => {
    const { changeLanguage, preferredLanguage, startI18n } = await import('./i18n');
    expect(preferredLanguage()).toBe('en');
    await startI18n();
    await changeLanguage('ko');
    expect(preferredLanguage()).toBe('ko');
    expect(document.documentElement.lang).toBe('ko');
    await changeLanguage('en');
  });

  it('a full one is no failure either', async () => {
    Object.defineProperty(globalThis, 'localStorage', descriptor);
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('Full.', 'QuotaExceededError');
    });
    const { session } = await import('./session');
    session.begin(tokenPair());
    expect(session.isActive()).toBe(true);
    session.end();
    expect(session.isActive()).toBe(false);
  });
});
