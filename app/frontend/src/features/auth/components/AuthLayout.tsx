/** The frame of the pages before a session: the form, and on wide screens what Resee is for. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageSwitch } from '@/components/LanguageSwitch';
import { Logo } from '@/components/Logo';
import { useDocumentTitle } from '@/components/useDocumentTitle';
import { ForgettingCurve } from './ForgettingCurve';

interface Props {
  title: string;
  text: string;
  children: ReactNode;
}

function Pitch() {
  const { t } = useTranslation();
  return (
    <aside className="hidden flex-1 flex-col justify-between bg-[#2a2163] p-12 text-white lg:flex">
      <p className="flex items-center gap-3 font-bold text-xl">
        <Logo className="size-9" />
        Resee
      </p>
      <div className="mx-auto w-full max-w-lg">
        <ForgettingCurve label={t('auth.curve')} />
        <p className="mt-10 text-balance font-semibold text-3xl leading-tight tracking-tight">
          {t('auth.promise')}
        </p>
        <p className="mt-4 text-[#cfc9f5] leading-relaxed">{t('auth.promiseText')}</p>
      </div>
      <p className="text-[#b3abea] text-sm">{t('auth.footer')}</p>
    </aside>
  );
}

export function AuthLayout({ title, text, children }: Props) {
  useDocumentTitle(title);
  return (
    <div className="flex min-h-dvh">
      <Pitch />
      <main className="flex flex-1 flex-col px-5 py-6">
        <div className="flex items-center justify-between lg:justify-end">
          <p className="flex items-center gap-2.5 font-bold text-lg lg:hidden">
            <Logo />
            Resee
          </p>
          <LanguageSwitch />
        </div>
        <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center py-10">
          <h1 className="font-bold text-3xl tracking-tight">{title}</h1>
          <p className="mt-2 mb-8 text-muted">{text}</p>
          {children}
        </div>
      </main>
    </div>
  );
}
