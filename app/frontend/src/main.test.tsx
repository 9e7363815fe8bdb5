/** The start of the page: language and theme are those that were chosen before, from the first picture on. */
import { screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { changeLanguage } from '@/lib/i18n';

beforeEach(() => vi.resetModules());
afterEach(async () => {
  document.body.replaceChildren();
  document.documentElement.classList.remove('dark');
  await changeLanguage('en');
});

it('shows the page in the language and the theme that were chosen', async () => {
  localStorage.setItem('resee.language', 'ko');
  localStorage.setItem('resee.theme', 'dark');
  document.body.innerHTML = '<div id="root"></div>';
  await import('@/main');
  expect(await screen.findByRole('heading', { name: '로그인' })).toBeInTheDocument();
  expect(document.documentElement.lang).toBe('ko');
  // Another tab chooses: this one follows, so somebody listens.
  localStorage.setItem('resee.theme', 'light');
  document.documentElement.classList.add('dark');
  window.dispatchEvent(new StorageEvent('storage', { key: 'resee.theme', newValue: 'light' }));
  expect(document.documentElement).not.toHaveClass('dark');
});

it('says what is missing where the document has no place for it', async () => {
  await expect(import('@/main')).rejects.toThrow('no element with the id "root"');
});
