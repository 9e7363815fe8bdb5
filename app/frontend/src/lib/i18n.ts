/** English and Korean. Only the language in use is loaded; the choice is kept in this browser. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type en from '@/locales/en.json';
import { storage } from './storage';

export const LANGUAGES = { en: 'English', ko: '한국어' } as const;
export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = 'resee.language';
const loaders: Record<Language, () => Promise<{ default: typeof en }>> = {
  en: () => import('@/locales/en.json'),
  ko: () => import('@/locales/ko.json'),
};

function isLanguage(value: string | null | undefined): value is Language {
  return value === 'en' || value === 'ko';
}

/** The stored choice, or the first of the browser's languages that we speak, or English. */
export function preferredLanguage(): Language {
  const stored = storage.get(STORAGE_KEY);
  if (isLanguage(stored)) {
    return stored;
  }
  return navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en';
}

async function load(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await loaders[language]()).default);
  }
}

export async function changeLanguage(language: Language): Promise<void> {
  await load(language);
  storage.set(STORAGE_KEY, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

/** Must be awaited before the first render. */
export async function startI18n(language = preferredLanguage()): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  });
  await load(language);
  document.documentElement.lang = language;
}
