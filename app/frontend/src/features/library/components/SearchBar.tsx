import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDebounced } from '@/lib/useDebounced';
import { categoriesQuery } from '../api/categories';
import type { Filter } from '../api/contents';

const TYPING_PAUSE_MS = 300;

interface Props {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

/**
 * The words as they are typed; the filter has them when the typing stops. Written back into the field while
 * somebody types, they would move the caret and break the syllables of an input method.
 */
function useTyping({ filter, onChange }: Props) {
  const [typed, setTyped] = useState(filter.search);
  const [last, setLast] = useState({ seen: filter.search, sent: filter.search });
  const settled = useDebounced(typed, TYPING_PAUSE_MS);

  if (filter.search !== last.seen) {
    setLast({ ...last, seen: filter.search });
    // Somebody went to another search, by a link or back.
    if (filter.search !== last.sent) {
      setTyped(filter.search);
    }
  }
  const send = useEffectEvent((search: string) => {
    if (search === typed && search !== filter.search) {
      setLast({ ...last, sent: search });
      onChange({ ...filter, search });
    }
  });
  useEffect(() => send(settled), [settled]);
  return [typed, setTyped] as const;
}

export function SearchBar({ filter, onChange }: Props) {
  const { t } = useTranslation();
  const { data: categories = [] } = useQuery(categoriesQuery);
  const [typed, setTyped] = useTyping({ filter, onChange });
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
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
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
