import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Notice } from '@/components/Notice';
import { useErrorText } from '@/components/useErrorText';
import { downloadJson } from '@/lib/download';
import { ExportError, exportEverything } from '../api/export';

/** Whoever writes things down here can take them away again. */
export function ExportCard() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const exporting = useMutation({
    mutationFn: exportEverything,
    onSuccess: (document) => downloadJson(document, 'resee.json'),
  });
  const { error } = exporting;
  return (
    <section className="card flex flex-wrap items-center justify-between gap-4 p-5 sm:p-7">
      <div>
        <h2 className="font-semibold text-lg">{t('profile.export')}</h2>
        <p className="mt-1 text-muted text-sm">{t('profile.exportText')}</p>
      </div>
      <Button variant="secondary" busy={exporting.isPending} onClick={() => exporting.mutate()}>
        <Download className="size-4" aria-hidden="true" />
        {t('profile.exportAction')}
      </Button>
      {error && (
        <div className="w-full">
          <Notice>{error instanceof ExportError ? t('profile.exportFailed') : errorText(error)}</Notice>
        </div>
      )}
    </section>
  );
}
