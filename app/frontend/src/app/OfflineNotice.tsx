import { WifiOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useOnline } from '@/lib/useOnline';

/** What one sees may be old, and answers wait until the connection is back. */
export function OfflineNotice() {
  const { t } = useTranslation();
  const online = useOnline();
  return (
    <div role="status">
      {!online && (
        <p className="flex items-center justify-center gap-2 bg-fair-soft px-4 py-2.5 font-medium text-fair text-sm">
          <WifiOff className="size-4 shrink-0" aria-hidden="true" />
          {t('states.offline')}
        </p>
      )}
    </div>
  );
}
