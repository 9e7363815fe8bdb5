import { Languages } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { changeLanguage, LANGUAGES, type Language } from '@/lib/i18n';

/** Each language is named in itself, so that whoever landed in the wrong one finds the way back. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <label className="flex items-center gap-2 text-muted text-sm">
      <Languages className="size-4" aria-hidden="true" />
      <span className="sr-only">{t('settings.language')}</span>
      <select
        className="rounded-lg bg-transparent py-2 pr-1"
        value={i18n.language}
        onChange={(event) => changeLanguage(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
