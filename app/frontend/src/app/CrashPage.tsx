/** A page that failed to load or to render: after a new release the old chunks are gone, so a reload helps. */
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Empty } from '@/components/States';

export function CrashPage() {
  const { t } = useTranslation();
  return (
    <main className="mx-auto max-w-xl p-6 pt-20">
      <Empty
        icon={<CircleAlert className="size-8" />}
        title={t('states.crashed')}
        text={t('states.crashedText')}
      >
        <Button onClick={() => window.location.reload()}>{t('states.reload')}</Button>
      </Empty>
    </main>
  );
}
