/** The sentence to show for an error, in the language of the page. */
import { useTranslation } from 'react-i18next';
import { ApiError, ConnectionError } from '@/lib/errors';

const THROTTLED = 429;

export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (error instanceof ConnectionError) {
      return t('errors.connection');
    }
    if (error instanceof ApiError) {
      const said = error.message || Object.values(error.fields).flat().join(' ');
      return error.status === THROTTLED ? t('errors.throttled') : said || t('errors.unknown');
    }
    return t('errors.unknown');
  };
}
