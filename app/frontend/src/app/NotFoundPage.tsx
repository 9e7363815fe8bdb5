import { Compass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { buttonClass } from '@/components/Button';
import { PageHeader } from '@/components/PageHeader';
import { Empty } from '@/components/States';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('states.notFound')} />
      <Empty
        icon={<Compass className="size-8" />}
        title={t('states.notFoundTitle')}
        text={t('states.notFoundText')}
      >
        <Link to="/" className={buttonClass('primary')}>
          {t('review.toDashboard')}
        </Link>
      </Empty>
    </>
  );
}
