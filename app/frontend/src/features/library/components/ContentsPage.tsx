/** All contents, searched by words and narrowed by category; the address holds both, so a search can be kept. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { BookOpen, Plus, SearchX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Button, buttonClass } from '@/components/Button';
import { Loaded } from '@/components/Loaded';
import { Notice } from '@/components/Notice';
import { PageHeader } from '@/components/PageHeader';
import { Empty } from '@/components/States';
import { useErrorText } from '@/components/useErrorText';
import type { Content } from '@/types/api';
import { contentsQuery, type Filter } from '../api/contents';
import { ContentRow } from './ContentRow';
import { SearchBar } from './SearchBar';

/** An address may hold anything; a category's id is a positive whole number. */
function idIn(text: string | null): number | null {
  const id = Number(text);
  return Number.isInteger(id) && id > 0 ? id : null;
}

function useFilter(): [Filter, (filter: Filter) => void] {
  const [parameters, setParameters] = useSearchParams();
  const filter = { search: parameters.get('search') ?? '', category: idIn(parameters.get('category')) };
  const setFilter = ({ search, category }: Filter) =>
    setParameters(
      { ...(search && { search }), ...(category !== null && { category: String(category) }) },
      { replace: true },
    );
  return [filter, setFilter];
}

function NewLink() {
  const { t } = useTranslation();
  return (
    <Link to="/contents/new" className={buttonClass('primary')}>
      <Plus className="size-4.5" aria-hidden="true" />
      {t('contents.new')}
    </Link>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  if (filtered) {
    return (
      <Empty
        icon={<SearchX className="size-8" />}
        title={t('contents.noHits')}
        text={t('contents.noHitsText')}
      />
    );
  }
  return (
    <Empty icon={<BookOpen className="size-8" />} title={t('contents.none')} text={t('contents.noneText')}>
      <NewLink />
    </Empty>
  );
}

function Rows({ contents, filtered }: { contents: Content[]; filtered: boolean }) {
  if (contents.length === 0) {
    return <Nothing filtered={filtered} />;
  }
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {contents.map((content) => (
        <ContentRow key={content.id} content={content} />
      ))}
    </ul>
  );
}

export function ContentsPage() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [filter, setFilter] = useFilter();
  const list = useInfiniteQuery(contentsQuery(filter));
  const count = list.data?.pages[0]?.count;
  return (
    <>
      <PageHeader
        title={t('contents.heading')}
        {...(count !== undefined && { text: t('contents.count', { count }) })}
      >
        <NewLink />
      </PageHeader>
      <SearchBar filter={filter} onChange={setFilter} />
      <Loaded query={list}>
        {({ pages }) => (
          <Rows
            contents={pages.flatMap(({ results }) => results)}
            filtered={filter.search !== '' || filter.category !== null}
          />
        )}
      </Loaded>
      {list.hasNextPage && (
        <div className="mt-6 flex flex-col items-center gap-4">
          {list.isFetchNextPageError && <Notice>{errorText(list.error)}</Notice>}
          <Button variant="secondary" busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {t('actions.more')}
          </Button>
        </div>
      )}
    </>
  );
}
