import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { PageHeader } from '@/components/PageHeader';
import { useSaveContent } from '../api/contents';
import { ContentForm } from './ContentForm';

export function NewContentPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const save = useSaveContent();
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title={t('contents.new')} text={t('contents.newText')} />
      <ContentForm
        initial={{ title: '', body: '', category: null }}
        submitLabel={t('contents.save')}
        onSave={async (draft) => {
          const { id } = await save.mutateAsync(draft);
          await navigate(`/contents/${id}`);
        }}
        onCancel={() => navigate('/contents')}
      />
    </div>
  );
}
