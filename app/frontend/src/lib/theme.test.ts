import { readFileSync } from 'node:fs';
import { act, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

const beforeFirstPaint = readFileSync('public/theme.js', 'utf8');
const root = document.documentElement;

/** The module as a browser whose system is dark or light would load it. */
async function load(systemIsDark: boolean) {
  const changes: (() => void)[] = [];
  const system = {
    matches: systemIsDark,
    addEventListener: (_: string, listen: () => void) => changes.push(listen),
  };
  vi.stubGlobal('matchMedia', () => system);
  vi.resetModules();
  const theme = await import('./theme');
  theme.followTheme();
  const changeSystem = () => {
    for (const listen of changes) {
      listen();
    }
  };
  return { ...theme, system, changeSystem };
}

afterEach(() => root.classList.remove('dark'));

describe('the theme', () => {
  it.each([
    ['system', false, false],
    ['system', true, true],
    ['light', true, false],
    ['dark', false, true],
  ] as const)('%s on a system that is dark: %s shows dark: %s', async (chosen, systemIsDark, dark) => {
    const { setTheme } = await load(systemIsDark);
    setTheme(chosen);
    expect(root.classList.contains('dark')).toBe(dark);
    // The script before the first paint has to come to the same result.
    root.classList.toggle('dark', !dark);
    new Function('localStorage', 'matchMedia', 'document', beforeFirstPaint)(
      localStorage,
      matchMedia,
      document,
    );
    expect(root.classList.contains('dark')).toBe(dark);
  });

  it('follows the system while nothing was chosen', async () => {
    const { system, changeSystem } = await load(false);
    system.matches = true;
    changeSystem();
    expect(root).toHaveClass('dark');
  });

  it('follows what another tab has chosen', async () => {
    const { useTheme } = await load(false);
    const { result } = renderHook(() => useTheme());
    localStorage.setItem('resee.theme', 'dark');
    act(
      () => void window.dispatchEvent(new StorageEvent('storage', { key: 'resee.theme', newValue: 'dark' })),
    );
    expect(root).toHaveClass('dark');
    expect(result.current).toBe('dark');
  });

  it('is still there when the page is loaded again', async () => {
    (await load(false)).setTheme('dark');
    root.classList.remove('dark');
    const again = await load(false);
    again.changeSystem();
    expect(root).toHaveClass('dark');
    expect(renderHook(() => again.useTheme()).result.current).toBe('dark');
  });

  it('tells the components that show it', async () => {
    const { setTheme, useTheme } = await load(false);
    const { result } = renderHook(() => useTheme());
    expect(result.current).toBe('system');
    act(() => setTheme('dark'));
    expect(result.current).toBe('dark');
  });

  it('takes a value that it does not know as no choice', async () => {
    localStorage.setItem('resee.theme', 'purple');
    const { useTheme } = await load(false);
    expect(renderHook(() => useTheme()).result.current).toBe('system');
  });

  it('does without a storage that is forbidden, before the first paint', () => {
    const forbidden = {
      getItem: () => {
        throw new DOMException('denied');
      },
    };
    const dark = () => ({ matches: true });
    new Function('localStorage', 'matchMedia', 'document', beforeFirstPaint)(forbidden, dark, document);
    expect(root).toHaveClass('dark');
  });
});
