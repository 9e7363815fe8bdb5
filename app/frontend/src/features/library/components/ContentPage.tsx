/** One content: read it, change it, delete it. */
import { useQuery } from '@tanstack/react-query';
import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { Button } from '@/components/Button';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import { Loaded } from '@/components/Loaded';
import { Markdown } from '@/components/Markdown';
import { PageHeader } from '@/components/PageHeader';
import { longDate } from '@/lib/dates';
import type { Content } from '@/types/api';
import { contentQuery, useDeleteContent, useSaveContent } from '../api/contents';
import { ContentForm } from './ContentForm';

function Reading({ content, onEdit }: { content: Content; onEdit: () => void }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useDeleteContent(content.id);
  const created = longDate(new Date(content.created_at), i18n.language);
  return (
    <>
      <PageHeader title={content.title} text={[content.category_name, created].filter(Boolean).join(' · ')}>
        <Button variant="secondary" onClick={onEdit}>
          <Pencil className="size-4" aria-hidden="true" />
          {t('actions.edit')}
        </Button>
        <Button variant="ghost" onClick={() => setAsking(true)} aria-label={t('actions.delete')}>
          <Trash2 className="size-4" aria-hidden="true" />
        </Button>
      </PageHeader>
      <article className="card p-6 sm:p-9">
        <Markdown text={content.body} />
      </article>
      <ConfirmDialog
        open={asking}
        title={t('contents.deleteTitle', { title: content.title })}
        text={t('contents.deleteText')}
        action={t('actions.delete')}
        error={remove.error}
        busy={remove.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          remove.mutate(undefined, { onSuccess: () => navigate('/contents', { replace: true }) })
        }
      />
    </>
  );
}

function Editing({ content, onDone }: { content: Content; onDone: () => void }) {
  const { t } = useTranslation();
  const save = useSaveContent(content.id);
  return (
    <>
      <PageHeader title={t('contents.edit')} />
      <ContentForm
        initial={{ title: content.title, body: content.body, category: content.category }}
        submitLabel={t('actions.save')}
        onSave={async (draft) => {
          await save.mutateAsync(draft);
          onDone();
        }}
        onCancel={onDone}
      />
    </>
  );
}

export function ContentPage() {
  const content = useQuery(contentQuery(Number(useParams().id)));
  const [editing, setEditing] = useState(false);
  return (
    <div className="mx-auto max-w-3xl">
      <Loaded query={content}>
        {(data) =>
          editing ? (
            <Editing content={data} onDone={() => setEditing(false)} />
          ) : (
            <Reading content={data} onEdit={() => setEditing(true)} />
          )
        }
      </Loaded>
    </div>
  );
}
