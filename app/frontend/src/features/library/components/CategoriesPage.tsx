import { useQuery } from '@tanstack/react-query';
import { FolderOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/components/Loaded';
import { PageHeader } from '@/components/PageHeader';
import { Empty } from '@/components/States';
import type { Category } from '@/types/api';
import { categoriesQuery } from '../api/categories';
import { CategoryForm } from './CategoryForm';
import { CategoryRow } from './CategoryRow';

function Categories({ categories }: { categories: Category[] }) {
  const { t } = useTranslation();
  if (categories.length === 0) {
    return (
      <Empty
        icon={<FolderOpen className="size-8" />}
        title={t('categories.none')}
        text={t('categories.noneText')}
      />
    );
  }
  return (
    <ul className="card divide-y divide-line">
      {categories.map((category) => (
        <CategoryRow key={category.id} category={category} />
      ))}
    </ul>
  );
}

export function CategoriesPage() {
  const { t } = useTranslation();
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title={t('categories.heading')} text={t('categories.text')} />
      <div className="mb-6">
        <CategoryForm label={t('categories.add')} />
      </div>
      <Loaded query={useQuery(categoriesQuery)}>{(data) => <Categories categories={data} />}</Loaded>
    </div>
  );
}
