/** The first page: what to do now, how it has gone, what is coming. */
import { useQuery } from '@tanstack/react-query';
import { BookOpen, CircleCheck, Flame, Layers } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/components/Loaded';
import { PageHeader } from '@/components/PageHeader';
import { longDate } from '@/lib/dates';
import type { Dashboard } from '@/types/api';
import { categoryStatsQuery, dashboardQuery } from '../api/dashboard';
import { CategoryBars } from './CategoryBars';
import { StatCard } from './StatCard';
import { SuccessRing } from './SuccessRing';
import { TodayBanner } from './TodayBanner';
import { UpcomingChart } from './UpcomingChart';

function Panel({
  title,
  className = '',
  children,
}: {
  title: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section className={`card p-5 sm:p-6 ${className}`}>
      <h2 className="mb-5 font-semibold text-lg">{title}</h2>
      {children}
    </section>
  );
}

function Figures({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  const icon = 'size-5';
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <StatCard
        icon={<Flame className={icon} />}
        tone="bg-fair-soft text-fair"
        value={t('dashboard.days', { count: data.streak })}
        label={t('dashboard.streak')}
      />
      <StatCard
        icon={<CircleCheck className={icon} />}
        tone="bg-good-soft text-good"
        value={data.reviewed_today}
        label={t('dashboard.reviewedToday')}
      />
      <StatCard
        icon={<Layers className={icon} />}
        tone="bg-brand-soft text-brand"
        value={data.total_reviews}
        label={t('dashboard.totalReviews')}
      />
      <StatCard
        icon={<BookOpen className={icon} />}
        tone="bg-sunken text-muted"
        value={data.total_contents}
        label={t('dashboard.totalContents')}
      />
    </dl>
  );
}

function Categories() {
  const { t } = useTranslation();
  return (
    <Loaded query={useQuery(categoryStatsQuery)}>
      {({ results }) =>
        results.length === 0 ? (
          <p className="text-muted">{t('dashboard.noCategories')}</p>
        ) : (
          <CategoryBars stats={results} />
        )
      }
    </Loaded>
  );
}

function Overview({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  return (
    <div className="space-y-4 sm:space-y-5">
      <TodayBanner due={data.due_today} hasContents={data.total_contents > 0} />
      <Figures data={data} />
      <div className="grid gap-4 sm:gap-5 lg:grid-cols-3">
        <Panel title={t('dashboard.upcoming')} className="lg:col-span-2">
          <UpcomingChart upcoming={data.upcoming} />
        </Panel>
        <Panel title={t('dashboard.successRate')}>
          <SuccessRing rate={data.success_rate} />
          <p className="mt-4 text-center text-muted text-sm">{t('dashboard.rateText')}</p>
        </Panel>
      </div>
      <Panel title={t('dashboard.byCategory')}>
        <Categories />
      </Panel>
    </div>
  );
}

export function DashboardPage() {
  const { t, i18n } = useTranslation();
  const dashboard = useQuery(dashboardQuery);
  return (
    <>
      <PageHeader title={t('dashboard.title')} text={longDate(new Date(), i18n.language)} />
      <Loaded query={dashboard}>{(data) => <Overview data={data} />}</Loaded>
    </>
  );
}
