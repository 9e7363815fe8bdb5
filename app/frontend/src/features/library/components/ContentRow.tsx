import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { shortDate } from '@/lib/dates';
import type { Content } from '@/types/api';
import { excerpt } from '../excerpt';

export function ContentRow({ content }: { content: Content }) {
  const { i18n } = useTranslation();
  return (
    <li>
      <Link
        to={`/contents/${content.id}`}
        className="card flex h-full flex-col p-5 transition-[transform,border-color] hover:-translate-y-0.5 hover:border-brand"
      >
        <span className="font-semibold text-lg leading-snug">{content.title}</span>
        <span className="mt-1.5 line-clamp-2 text-muted text-sm leading-relaxed">
          {excerpt(content.body)}
        </span>
        <span className="mt-auto flex items-center justify-between gap-3 pt-4 text-muted text-xs">
          {content.category_name ? (
            <span className="truncate rounded-full bg-sunken px-2.5 py-1 font-medium">
              {content.category_name}
            </span>
          ) : (
            <span />
          )}
          <time dateTime={content.created_at} className="shrink-0">
            {shortDate(content.created_at, i18n.language)}
          </time>
        </span>
      </Link>
    </li>
  );
}
