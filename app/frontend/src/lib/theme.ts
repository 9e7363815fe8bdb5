/** Light, dark, or as the system says. public/theme.js applies the same rule before the first paint. */
import { useSyncExternalStore } from 'react';
import { storage } from './storage';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORAGE_KEY = 'resee.theme';
const listeners = new Set<() => void>();
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

function current(): Theme {
  const stored = storage.get(STORAGE_KEY);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

function paint(): void {
  const theme = current();
  const dark = theme === 'dark' || (theme === 'system' && systemDark.matches);
  document.documentElement.classList.toggle('dark', dark);
}

function show(): void {
  paint();
  for (const listener of listeners) {
    listener();
  }
}

/** Repaints when the system or another tab turns dark or light; called once, by whoever starts the page. */
export function followTheme(): void {
  systemDark.addEventListener('change', paint);
  window.addEventListener('storage', ({ key }) => {
    if (key === STORAGE_KEY) {
      show();
    }
  });
}

export function setTheme(theme: Theme): void {
  storage.set(STORAGE_KEY, theme);
  show();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
}
