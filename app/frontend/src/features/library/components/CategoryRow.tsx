import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/Button';
import { ConfirmDialog } from '@/components/ConfirmDialog';
import type { Category } from '@/types/api';
import { useDeleteCategory } from '../api/categories';
import { CategoryForm } from './CategoryForm';

export function CategoryRow({ category }: { category: Category }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const remove = useDeleteCategory(category.id);
  const { id, name } = category;
  if (editing) {
    return (
      <li className="p-4">
        <CategoryForm label={t('categories.name')} category={category} onDone={() => setEditing(false)} />
      </li>
    );
  }
  return (
    <li className="flex items-center gap-1 py-2 pr-2 pl-5">
      <Link to={`/contents?category=${id}`} className="flex-1 py-2 font-medium hover:text-brand-strong">
        {name}
      </Link>
      <Button variant="ghost" aria-label={t('categories.rename', { name })} onClick={() => setEditing(true)}>
        <Pencil className="size-4" aria-hidden="true" />
      </Button>
      <Button variant="ghost" aria-label={t('categories.delete', { name })} onClick={() => setAsking(true)}>
        <Trash2 className="size-4" aria-hidden="true" />
      </Button>
      <ConfirmDialog
        open={asking}
        title={t('categories.deleteTitle', { name })}
        text={t('categories.deleteText')}
        action={t('actions.delete')}
        busy={remove.isPending}
        error={remove.error}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}
