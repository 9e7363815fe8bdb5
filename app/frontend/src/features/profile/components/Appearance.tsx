import { Monitor, Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { LanguageSwitch } from '@/components/LanguageSwitch';
import { setTheme, THEMES, useTheme } from '@/lib/theme';

const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** Theme and language; both belong to this browser, not to the account. */
export function Appearance() {
  const { t } = useTranslation();
  const theme = useTheme();
  return (
    <section className="card p-5 sm:p-7">
      <div className="flex items-center justify-between gap-3">
        <h2 className="font-semibold text-lg">{t('settings.appearance')}</h2>
        <LanguageSwitch />
      </div>
      <fieldset className="mt-4 grid grid-cols-3 gap-2.5">
        <legend className="sr-only">{t('settings.theme')}</legend>
        {THEMES.map((choice) => {
          const Icon = ICONS[choice];
          return (
            <label
              key={choice}
              className="flex cursor-pointer flex-col items-center gap-2 rounded-xl border border-line p-4 font-medium text-sm has-checked:border-brand has-checked:bg-brand-soft has-checked:text-brand-strong has-focus-visible:outline-2 has-focus-visible:outline-brand"
            >
              <input
                type="radio"
                name="theme"
                className="sr-only"
                checked={theme === choice}
                onChange={() => setTheme(choice)}
              />
              <Icon className="size-5" aria-hidden="true" />
              {t(`settings.${choice}`)}
            </label>
          );
        })}
      </fieldset>
    </section>
  );
}
