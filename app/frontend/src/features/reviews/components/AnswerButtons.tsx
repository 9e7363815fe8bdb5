import { Check, CircleDashed, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ReviewResult } from '@/types/api';

const ANSWERS = [
  { result: 'forgot', key: '1', Icon: X, tone: 'bg-poor-soft text-poor' },
  { result: 'partial', key: '2', Icon: CircleDashed, tone: 'bg-fair-soft text-fair' },
  { result: 'remembered', key: '3', Icon: Check, tone: 'bg-good-soft text-good' },
] as const;

interface Props {
  disabled: boolean;
  onAnswer: (result: ReviewResult) => void;
}

/** The three results of a review, worst first, as the keys 1, 2, 3 are. */
export function AnswerButtons({ disabled, onAnswer }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="grid grid-cols-3 gap-2.5 sm:gap-3">
      <legend className="sr-only">{t('review.question')}</legend>
      {ANSWERS.map(({ result, key, Icon, tone }) => (
        <button
          key={result}
          type="button"
          disabled={disabled}
          onClick={() => onAnswer(result)}
          aria-keyshortcuts={key}
          className={`flex min-h-24 flex-col items-center justify-center gap-1 rounded-2xl px-2 py-3 font-semibold text-sm transition-transform hover:-translate-y-0.5 disabled:opacity-60 sm:text-base ${tone}`}
        >
          <Icon className="size-5" aria-hidden="true" />
          {t(`review.${result}`)}
          <span className="hidden font-normal text-xs sm:block" aria-hidden="true">
            {key}
          </span>
        </button>
      ))}
    </fieldset>
  );
}
