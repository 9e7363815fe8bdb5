import { ArrowRight, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

interface Props {
  due: number;
  hasContents: boolean;
}

/** The one thing to do next: review what is due, or write something down. */
export function TodayBanner({ due, hasContents }: Props) {
  const { t } = useTranslation();
  const reviewing = due > 0;
  const Icon = reviewing ? ArrowRight : Plus;
  const calm = hasContents ? 'calm' : 'welcome';
  return (
    <section className="flex flex-wrap items-center justify-between gap-5 rounded-3xl bg-[#2a2163] p-6 text-white sm:p-8">
      <div className="max-w-xl">
        <h2 className="text-balance font-bold text-2xl tracking-tight">
          {reviewing ? t('dashboard.dueTitle', { count: due }) : t(`dashboard.${calm}Title`)}
        </h2>
        <p className="mt-1.5 text-[#cfc9f5]">
          {reviewing ? t('dashboard.dueText') : t(`dashboard.${calm}Text`)}
        </p>
      </div>
      <Link
        to={reviewing ? '/review' : '/contents/new'}
        className="inline-flex min-h-12 items-center gap-2 rounded-xl bg-[#ffd166] px-6 font-semibold text-[#2a2163] transition-transform hover:-translate-y-0.5"
      >
        {t(reviewing ? 'dashboard.start' : 'contents.new')}
        <Icon className="size-4.5" aria-hidden="true" />
      </Link>
    </section>
  );
}
