import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { categoriesQuery } from '../api/categories';
import type { Filter } from '../api/contents';

interface Props {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

export function SearchBar({ filter, onChange }: Props) {
  const { t } = useTranslation();
  const { data: categories = [] } = useQuery(categoriesQuery);
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers before 2023 do not know the element search
    <form
      role="search"
      onSubmit={(event) => event.preventDefault()}
      className="mb-6 grid gap-3 sm:grid-cols-[1fr_14rem]"
    >
      <label className="relative">
        <span className="sr-only">{t('contents.search')}</span>
        <Search
          className="pointer-events-none absolute top-1/2 left-3.5 size-4.5 -translate-y-1/2 text-muted"
          aria-hidden="true"
        />
        <input
          type="search"
          className="input pl-10"
          placeholder={t('contents.search')}
          value={filter.search}
          onChange={(event) => onChange({ ...filter, search: event.target.value })}
        />
      </label>
      <label>
        <span className="sr-only">{t('contents.category')}</span>
        <select
          className="input"
          value={filter.category ?? ''}
          onChange={(event) => onChange({ ...filter, category: Number(event.target.value) || null })}
        >
          <option value="">{t('contents.allCategories')}</option>
          {categories.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}
